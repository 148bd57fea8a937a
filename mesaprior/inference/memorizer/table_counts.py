"""How many tables give each number of training actions, exactly, as the training rows come in.

A table gives one action for each of its entries, whatever the others give. So the number of tables with h training hits
and j later misses is the coefficient of x^h y^j in a product over entries of sums over actions. One more training row
changes one factor: the product is divided by the old factor, without a remainder, and multiplied by the new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Factor = dict[tuple[int, int], int]
"""A factor: how many of an entry's actions have each (training hits, later misses)."""


class TableCounts:
    """Numbers of tables by training hits, among those that keep to a condition on later rows.

    Parameters
    ----------
    allowed : mapping of int to sequence of int
        For each entry that some row looks up, the actions that the condition leaves.
    later_misses : mapping of int to sequence of int
        For each such entry and each action, the later rows that a table with this action there misses; [A] each.
    most : int or None
        Later misses that are allowed in all; None if they are not counted.

    Notes
    -----
    Building takes O(E * most^2 * A) for E entries, one more row O(n * most * A * most) for n rows so far, with integers
    of E log2(A) bits.
    """

    def __init__(
        self, allowed: Mapping[int, Sequence[int]], later_misses: Mapping[int, Sequence[int]], most: int | None
    ):
        self._allowed = {entry: tuple(actions) for entry, actions in allowed.items()}
        self._later: dict[int, Mapping[int, int]] = {}
        left = 0 if most is None else most
        for entry, actions in self._allowed.items():
            misses = {a: 0 if most is None else later_misses[entry][a] for a in actions}
            # What every action misses is taken off at once, so that each factor has a part without y.
            floor = min(misses.values(), default=0)
            left -= floor
            self._later[entry] = {a: count - floor for a, count in misses.items()}
        self._is_empty = left < 0 or not all(self._allowed.values())
        self._seen: dict[int, dict[int, int]] = {}
        self._by_misses: list[list[int]] = [[1], *([0] for _ in range(max(0, left)))]
        if not self._is_empty:
            for entry in self._allowed:
                self._by_misses = _multiply(self._by_misses, self._factor(entry))

    def add(self, entry: int, action: int) -> None:
        """Count a training row that looks up this entry and has this action."""
        if self._is_empty:
            return
        product = self.without(entry)
        seen = self._seen.setdefault(entry, {})
        seen[action] = seen.get(action, 0) + 1
        self._by_misses = _multiply(product, self._factor(entry))

    def by_hits(self) -> list[int]:
        """Return how many tables of the entries looked up have 0, 1, 2, ... training hits."""
        return [] if self._is_empty else _sum_rows(self._by_misses)

    def without(self, entry: int) -> list[list[int]]:
        """Return the product of all factors but one, by later misses and training hits."""
        return _divide(self._by_misses, self._factor(entry))

    def hits_without(self, entry: int) -> list[int]:
        """Return how many tables of the other entries have 0, 1, 2, ... training hits."""
        return _sum_rows(self.without(entry))

    def hits_at(self, entry: int, action: int) -> int:
        """Return the training hits that an action in an entry earns."""
        return self._seen.get(entry, {}).get(action, 0)

    def _factor(self, entry: int) -> Factor:
        seen, later = self._seen.get(entry, {}), self._later[entry]
        factor: Factor = {}
        for action in self._allowed[entry]:
            place = (seen.get(action, 0), later[action])
            factor[place] = factor.get(place, 0) + 1
        return factor


def _multiply(product: list[list[int]], factor: Factor) -> list[list[int]]:
    """Return a product times a factor, as far as the later misses that are kept."""
    highest = max(hits for hits, _ in factor)
    longer: list[list[int]] = []
    for j in range(len(product)):
        row = [0] * (max(map(len, product)) + highest)
        for (hits, misses), times in factor.items():
            if misses <= j:
                part = product[j - misses]
                added = zip(row[hits:], part, strict=False)
                row[hits : hits + len(part)] = [total + times * count for total, count in added]
        longer.append(_trim(row))
    return longer


def _divide(product: list[list[int]], factor: Factor) -> list[list[int]]:
    """Return a product divided by one of its factors; there is no remainder."""
    without_misses = {hits: times for (hits, misses), times in factor.items() if misses == 0}
    rest = [(hits, misses, times) for (hits, misses), times in factor.items() if misses]
    shorter: list[list[int]] = []
    for j, row in enumerate(product):
        left = list(row)
        for hits, misses, times in rest:
            if misses <= j:
                known = shorter[j - misses]
                left += [0] * (len(known) + hits - len(left))
                taken = zip(left[hits:], known, strict=False)
                left[hits : hits + len(known)] = [total - times * count for total, count in taken]
        shorter.append(_divide_row(left, without_misses))
    return shorter


def _divide_row(row: list[int], factor: Mapping[int, int]) -> list[int]:
    """Return a polynomial in the hits divided by another, from the lowest power up."""
    low = min(factor)
    scale = factor[low]
    higher = [(hits - low, times) for hits, times in factor.items() if hits != low]
    quotient = row[low : len(row) - (max(factor) - low)]
    if not higher:
        return _trim(quotient if scale == 1 else [count // scale for count in quotient])
    for h in range(len(quotient)):
        value = quotient[h]
        for distance, times in higher:
            if distance <= h:
                value -= times * quotient[h - distance]
        quotient[h] = value // scale
    return _trim(quotient)


def _sum_rows(rows: list[list[int]]) -> list[int]:
    """Return the sum of polynomials."""
    total = [0] * max(map(len, rows))
    for row in rows:
        for h, count in enumerate(row):
            total[h] += count
    return total


def _trim(row: list[int]) -> list[int]:
    """Return a polynomial without zeros at its end; at least one coefficient stays."""
    end = len(row)
    while end > 1 and not row[end - 1]:
        end -= 1
    return row[:end]
