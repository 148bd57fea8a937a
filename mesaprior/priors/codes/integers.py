"""Elias's gamma and delta codes: prefix codes of all integers from 1 upwards.

Both price a number n without a bound on it, at about 2 log2 n bits (gamma) and log2 n + 2 log2 log2 n bits
(delta). Their 2^-bits sum to exactly 1 over all numbers, so either is a prior over the integers.

References
----------
P. Elias, Universal codeword sets and representations of the integers, IEEE Transactions on Information
Theory 21, 1975.
"""

from __future__ import annotations

from operator import index

from mesaprior.errors import ContentError, UsageError


def gamma_bits(n: int) -> int:
    """Return the length of a number's gamma code.

    Parameters
    ----------
    n : int
        At least 1, however large.

    Returns
    -------
    int
        2 floor(log2 n) + 1, exactly, in bits.

    Raises
    ------
    UsageError
        If n is below 1.
    """
    return 2 * _positive(n).bit_length() - 1


def delta_bits(n: int) -> int:
    """Return the length of a number's delta code.

    Parameters
    ----------
    n : int
        At least 1, however large.

    Returns
    -------
    int
        floor(log2 n) + 2 floor(log2(floor(log2 n) + 1)) + 1, exactly, in bits.

    Raises
    ------
    UsageError
        If n is below 1.
    """
    digits = _positive(n).bit_length()
    return digits - 1 + gamma_bits(digits)


def elias_gamma(n: int) -> str:
    """Return the gamma code of a number: a zero for each binary digit after the first, and the number in binary.

    Parameters
    ----------
    n : int
        At least 1, however large.

    Returns
    -------
    str
        `gamma_bits(n)` characters, each 0 or 1.

    Raises
    ------
    UsageError
        If n is below 1.
    """
    binary = f"{_positive(n):b}"
    return "0" * (len(binary) - 1) + binary


def elias_delta(n: int) -> str:
    """Return the delta code of a number: its number of binary digits, in gamma code, and the digits after the first.

    Parameters
    ----------
    n : int
        At least 1, however large.

    Returns
    -------
    str
        `delta_bits(n)` characters, each 0 or 1.

    Raises
    ------
    UsageError
        If n is below 1.
    """
    binary = f"{_positive(n):b}"
    return elias_gamma(len(binary)) + binary[1:]


def read_elias_gamma(bits: str) -> tuple[int, str]:
    """Read the number whose gamma code a string begins with.

    Parameters
    ----------
    bits : str
        Characters 0 and 1.

    Returns
    -------
    number : int
        At least 1.
    following : str
        The characters after its code.

    Raises
    ------
    ContentError
        If the string ends before the code does, or holds another character than 0 and 1.
    """
    _check_characters(bits)
    zeros = len(bits) - len(bits.lstrip("0"))
    end = 2 * zeros + 1
    if end > len(bits):
        raise _too_early("gamma", bits, end - len(bits))
    return int(bits[zeros:end], 2), bits[end:]


def read_elias_delta(bits: str) -> tuple[int, str]:
    """Read the number whose delta code a string begins with.

    Parameters
    ----------
    bits : str
        Characters 0 and 1.

    Returns
    -------
    number : int
        At least 1.
    following : str
        The characters after its code.

    Raises
    ------
    ContentError
        If the string ends before the code does, or holds another character than 0 and 1.
    """
    digits, following = read_elias_gamma(bits)
    written = digits - 1
    if written > len(following):
        raise _too_early("delta", bits, written - len(following))
    # The first digit is always 1, hence not written.
    return int("1" + following[:written], 2), following[written:]


def _too_early(code: str, bits: str, missing: int) -> ContentError:
    """Return the error of a string that ends within a code."""
    return ContentError(
        f"the bits {bits[:60]!r} end within an Elias {code} code, which takes at least {missing} more; "
        "give the whole code"
    )


def _check_characters(bits: str) -> None:
    """Refuse a string that is not made of 0 and 1."""
    place = len(bits) - len(bits.lstrip("01"))
    if place < len(bits):
        raise ContentError(
            f"bits[{place}] = {bits[place]!r} is no bit; only the characters 0 and 1 are allowed, so remove it"
        )


def _positive(n: int) -> int:
    """Return n as a Python integer, which is unbounded, and refuse it below 1."""
    whole = index(n)
    if whole < 1:
        raise UsageError(f"n = {whole} has no Elias code; write a whole number from 1 upwards.")
    return whole
