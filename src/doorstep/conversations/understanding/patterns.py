"""One line of a seed file → the utterances that it stands for.

"(where is|wheres) my {parcel}" stands for every choice of what stands between the bars, and of the words of the list
`parcel`; brackets nest, and an empty choice leaves the part out.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from doorstep.conversations.understanding.picking import picks
from doorstep.errors import BadInputError

_PARTS = re.compile(r"[()|]|\{[a-z_]+\}|[^()|{}]+|[{}]")
_SPACES = re.compile(r"\s+")

#: Name of a list → its words.
Words = Mapping[str, Sequence[str]]


class _Choice(msgspec.Struct, frozen=True):
    """One of several rows of parts."""

    rows: tuple[tuple["_Choice | str", ...], ...]


def _read(parts: list[str], at: int, words: Words, line: str, *, inside: bool) -> tuple[_Choice, int]:
    """Read choices from a place on, to the bracket that closes them or to the end; also tell where that is."""
    rows: list[tuple[_Choice | str, ...]] = []
    row: list[_Choice | str] = []
    while at < len(parts):
        part = parts[at]
        at += 1
        if part == "(":
            choice, at = _read(parts, at, words, line, inside=True)
            row.append(choice)
        elif part == "|" and inside:
            rows.append(tuple(row))
            row = []
        elif part == ")" and inside:
            return _Choice((*rows, tuple(row))), at
        elif part[0] in "(){}|":
            row.append(_listed(part, words, line))
        else:
            row.append(part)
    if inside:
        raise BadInputError(f"a bracket is not closed in the seed line {line!r}")
    return _Choice((tuple(row),)), at


def _listed(part: str, words: Words, line: str) -> _Choice:
    listed = words.get(part.strip("{}"))
    if not listed or len(part) == 1:
        raise BadInputError(f"{part} has no meaning in the seed line {line!r}: brackets come in pairs, and a list stands in words.toml")
    return _Choice(tuple((word,) for word in listed))


def _size(part: "_Choice | str") -> int:
    if isinstance(part, str):
        return 1
    total = 0
    for row in part.rows:
        product = 1
        for one in row:
            product *= _size(one)
        total += product
    return total


def _nth(part: "_Choice | str", number: int) -> str:
    """Give the utterance with that number, from 0."""
    if isinstance(part, str):
        return part
    for row in part.rows:
        sizes = [_size(one) for one in row]
        product = 1
        for size in sizes:
            product *= size
        if number >= product:
            number -= product
            continue
        said = []
        for one, size in zip(row, sizes, strict=True):
            number, here = divmod(number, size)
            said.append(_nth(one, here))
        return "".join(said)
    raise AssertionError("numbers end before the size")


def utterances_of(line: str, words: Words, most: int) -> tuple[str, ...]:
    """Write the utterances of a line: all of them, or `most` picked ones where it stands for more; the same every time.

    Raises:
        BadInputError: Brackets without a partner, or a list that is not there; and nothing else.
    """
    tree, _ = _read(_PARTS.findall(line), 0, words, line, inside=False)
    total = _size(tree)
    if total <= most:
        numbers = list(range(total))
    else:
        numbers = []
        for pick in picks("pattern", line):
            if pick % total not in numbers:
                numbers.append(pick % total)
            if len(numbers) == most:
                break
    said = (_SPACES.sub(" ", _nth(tree, number)).strip() for number in numbers)
    return tuple(dict.fromkeys(one for one in said if one))
