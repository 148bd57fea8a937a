"""From the bytes of a file to its text."""

from __future__ import annotations

import codecs

from mesaprior.errors import ContentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)

_SAMPLE = 1 << 16


def decoded(content: bytes, source: str) -> tuple[str, str]:
    """Return a text, and the notice about its encoding: none for plain UTF-8.

    Parameters
    ----------
    content : bytes
    source : str
        Name of the file, for messages.

    Raises
    ------
    ContentError
        If this is no text.

    Notes
    -----
    A mark at the beginning decides. Without one, a text of which a quarter and more is zeros is UTF-16; what is not
    UTF-8 is Latin-1, as Windows has it.
    """
    for mark, encoding, name in _MARKS:
        if content.startswith(mark):
            return _text(content, encoding, source), f"The text is read as {name}." if name else ""
    sample = content[:_SAMPLE]
    if 4 * sample.count(0) >= len(sample) > 0:
        # The zeros of Latin letters tell which half of the units comes first.
        is_little = sample[1::2].count(0) > sample[::2].count(0)
        return _text(content, "utf-16-le" if is_little else "utf-16-be", source), "The text is read as UTF-16."
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        raise ContentError(
            f"{source}: line {line} has a zero byte, so this is not text; save the table as CSV in UTF-8, or as "
            "Parquet."
        )
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        remark = f"The text is read as Latin-1, since line {line} is not UTF-8."
    try:
        return content.decode("cp1252"), remark
    except UnicodeDecodeError:
        return content.decode("latin-1"), remark


def _text(content: bytes, encoding: str, source: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise ContentError(f"{source}: this is not text; save the table as CSV in UTF-8, or as Parquet.")
    return text
