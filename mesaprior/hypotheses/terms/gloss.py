"""What a term does, in words: made from its syntax by rule, so it claims nothing that the term does not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import shown
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import Program, arguments_of, format_program, subterm_ends
from mesaprior.hypotheses.terms.ranges import binders_of, ranges_of
from mesaprior.hypotheses.terms.tokens import Token

LONGEST = 110
"""Characters of a phrase at most; where more are needed, the inner parts of the term stay as they are written."""

DEEPEST = 4
"""Parts that are nested deeper than this stay as they are written, too."""

MOST_LISTED = 5
"""Values of a feature that are listed at most, beside those of the most frequent action."""

FITTED = "with the theta that fits the history best"
"""What is said of a fit, before its body."""

OPERATIONS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "xor": "{} xor {}",
    "mod": "{} mod {}",
    "min": "the smaller of {} and {}",
    "max": "the larger of {} and {}",
    "dist": "the distance between {} and {}",
}
"""How the built-in operators are said that are no comparisons."""


class _Phrase(NamedTuple):
    """A phrase for a value, and whether it can stand among other words without brackets."""

    text: str
    is_one: bool = False

    @property
    def part(self) -> str:
        """The phrase as a part of a longer one."""
        return self.text if self.is_one else f"({self.text})"


def gloss_of(program: Program, language: Language, log: ImitationLog) -> str:
    """Return what a program does, in a phrase with the labels of the log; empty where that takes too many words."""
    speaker = _Speaker(program, language, log)
    phrases = (speaker.action(0, depth) for depth in range(DEEPEST, 0, -1))
    return next((phrase for phrase in phrases if len(phrase) <= LONGEST), "")


class _Speaker:
    """Says what the parts of one program do; those deeper than `depth` below stay as they are written."""

    def __init__(self, program: Program, language: Language, log: ImitationLog):
        self._program, self._language, self._log = program, language, log
        self._ends = subterm_ends(program, language)
        self._binders = binders_of(program, language)
        self._ranges = ranges_of(program, language, log)

    def action(self, place: int, depth: int) -> str:
        """Return which action the part at a place is, where its value is the action."""
        token, below = self._token(place), self._arguments(place)
        match token.kind:
            case "constant" | "number":
                return f"always {self._constant_action(place)}"
            case "lookup":
                entries = self._program.literals[place] or ()
                return self._cases(token.name, entries) or f"the action that {self._text(place)} has for {token.name}"
            case "feature" if self._is_its_action(place, token.name):
                return f"the value of {token.name}"
            case "feature" if cases := self._cases(token.name, self._own_actions(place)):
                return cases
            case "if" if depth > 1:
                then, otherwise = (self._branch(argument, depth - 1) for argument in below[1:])
                nested = f"({then})" if "else" in then or FITTED in then else then
                return f"{nested} if {self._condition(below[0], depth - 1)}, else {otherwise}"
            case "binary" if _compares(token):
                return f"{self._label(1)} if {self._condition(place, depth)}, else {self._label(0)}"
            case "argmax" | "argmin":
                return self._best(token, below[0], depth, otherwise=self._label(0))
            case "fit" if depth > 1:
                return f"{FITTED}: {self._branch(below[0], depth - 1)}"
            case _:
                value, A = self._value(place, depth), self._language.actions
                return f"action number {f'{value.part} mod {A}' if self._ranges[place][1] >= A else value.text}"

    def _branch(self, place: int, depth: int) -> str:
        """Return the same in one case of several."""
        is_constant = self._token(place).kind in ("constant", "number")
        return self._constant_action(place) if is_constant else self.action(place, depth)

    def _value(self, place: int, depth: int) -> _Phrase:
        token, below = self._token(place), self._arguments(place)
        if token.arity and depth <= 0:
            return _Phrase(self._text(place), is_one=True)
        match token.kind:
            case _ if not token.arity:
                return _Phrase(self._text(place), is_one=True)
            case "if":
                then, otherwise = (self._value(argument, depth - 1).part for argument in below[1:])
                return _Phrase(f"{then} if {self._condition(below[0], depth - 1)}, else {otherwise}")
            case "argmax" | "argmin":
                return _Phrase(self._best(token, below[0], depth))
            case "iterate":
                start = "the y outside" if self._binders[place] else "0"
                body = self._value(below[0], depth - 1).part
                return _Phrase(f"y, at first {start}, after {self._language.rounds} times y := {body}")
            case "fit":
                return _Phrase(f"{FITTED}: {self._value(below[0], depth - 1).text}")
            case "binary" if _compares(token):
                return _Phrase(f"1 if {self._condition(place, depth)}, else 0")
            case _ if token.source == "built in":
                return self._operation(token, below, depth)
            case _:
                values = [self._value(argument, depth - 1) for argument in below]
                listed = ", ".join(value.part if "," in value.text else value.text for value in values)
                return _Phrase(f"{token.name}({listed})", is_one=True)

    def _operation(self, token: Token, below: list[int], depth: int) -> _Phrase:
        """Return the phrase of a built-in operator; that it counts modulo M is said where it can matter."""
        first, second = (self._value(argument, depth - 1).part for argument in below)
        text = OPERATIONS[token.name].format(first, second)
        (low, high), (other_low, other_high) = (self._ranges[argument] for argument in below)
        if token.name == "mod":
            return _Phrase(f"{text}, or {first} where {second} is 0" if other_low == 0 else text)
        widest = 2 ** max(high.bit_length(), other_high.bit_length()) - 1
        most = {"add": high + other_high, "mul": high * other_high, "xor": widest}.get(token.name, 0)
        goes_round = low < other_high if token.name == "sub" else most >= self._language.domain
        return _Phrase(f"({text}) mod {self._language.domain}" if goes_round else text)

    def _condition(self, place: int, depth: int) -> str:
        """Return when the value of a part is not 0."""
        token, below = self._token(place), self._arguments(place)
        if self._is_labelled(place):
            return f"{token.name} is not {shown(self._log.label(token.name, 0))}"
        if not _compares(token) or depth <= 0:
            return f"{self._value(place, depth).part} is not 0"
        for feature, other in (below, below[::-1]):
            is_test = self._is_labelled(feature) and self._token(other).kind in ("constant", "number")
            if is_test and (cases := self._labels_where(token.name, feature, other)):
                return cases
        first, second = (self._value(argument, depth - 1).part for argument in below)
        return f"{first} {'<' if token.name == 'lt' else '='} {second}"

    def _labels_where(self, comparison: str, feature: int, constant: int) -> str:
        """Return for which labels a comparison with a constant holds; empty where these are none or too many."""
        name, value = self._token(feature).name, self._ranges[constant][0]
        codes = range(self._ranges[feature][1] + 1)
        if comparison == "eq":
            holds = [value]
        else:
            holds = [code for code in codes if (code < value if feature < constant else value < code)]
        listed = " or ".join(shown(self._log.label(name, code)) for code in holds)
        is_short = len(holds) <= MOST_LISTED and len(listed) <= LONGEST // 2
        return f"{name} is {listed}" if len(holds) == 1 or (holds and is_short) else ""

    def _is_labelled(self, place: int) -> bool:
        """Tell whether a part is a feature whose values have labels."""
        token = self._token(place)
        return token.kind == "feature" and token.name in self._log.codes

    def _best(self, token: Token, body: int, depth: int, otherwise: str = "0") -> str:
        """Return the action that a search finds."""
        if token.kind == "argmax" and depth > 1 and _compares(self._token(body)):
            return f"the first action y with {self._condition(body, depth - 1)}, else {otherwise}"
        extreme, value = "largest" if token.kind == "argmax" else "smallest", self._value(body, depth - 1)
        is_distance = value.text.startswith("the distance")
        return f"the first action y with the {extreme} {value.text.removeprefix('the ') if is_distance else value.part}"

    def _cases(self, feature: str, actions: Sequence[int]) -> str:
        """Return the action at each value of a feature, the most frequent one last; empty where these are too many."""
        usual = Counter(actions).most_common(1)[0][0]
        others: dict[int, list[str]] = {}
        for value, action in enumerate(actions):
            if action != usual:
                others.setdefault(action, []).append(shown(self._log.label(feature, value)))
        if sum(map(len, others.values())) > MOST_LISTED:
            return ""
        cases = [f"{self._label(action)} if {feature} is {' or '.join(values)}" for action, values in others.items()]
        return ", ".join([*cases, f"else {self._label(usual)}"]) if cases else f"always {self._label(usual)}"

    def _is_its_action(self, place: int, feature: str) -> bool:
        """Tell whether each value of a feature has the label of the action that it is."""
        actions = self._own_actions(place)
        return all(
            self._log.label(feature, value) == self._log.label("action", action) for value, action in enumerate(actions)
        )

    def _own_actions(self, place: int) -> list[int]:
        """Return the action that each value of a feature is."""
        return [value % self._language.actions for value in range(self._ranges[place][1] + 1)]

    def _constant_action(self, place: int) -> str:
        return self._label(self._ranges[place][0] % self._language.actions)

    def _label(self, action: int) -> str:
        return shown(self._log.label("action", action))

    def _token(self, place: int) -> Token:
        return self._language.tokens[self._program.tokens[place]]

    def _arguments(self, place: int) -> list[int]:
        return list(arguments_of(place, self._token(place).arity, self._ends))

    def _text(self, place: int) -> str:
        """Return a part as it is written."""
        part = slice(place, self._ends[place])
        return format_program(Program(self._program.tokens[part], self._program.literals[part]), self._language)


def _compares(token: Token) -> bool:
    """Tell whether a token compares two values, and is 1 or 0."""
    return token.source == "built in" and token.name in ("eq", "lt")
