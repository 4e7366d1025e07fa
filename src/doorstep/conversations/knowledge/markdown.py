"""Markdown ↔ sections: headings, paragraphs, lists, tables; what it links to and how it looks is left out."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from doorstep.conversations.knowledge.articles import Section
from doorstep.conversations.knowledge.cleaning import one_line, visible

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(.*)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_CELLS = re.compile(r"(?<!\\)\|")
_QUOTED = re.compile(r"^ {0,3}> ?")
_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^()\s]{0,2000}(?:\s[^()]{0,500})?\)")
_LINK = re.compile(r"\[([^\[\]]{1,1000})\](?:\([^()]{0,2500}\)|\[[^\]]{0,200}\])")
_LINK_PLACE = re.compile(r" {0,3}\[[^\]]{1,200}\]:[ \t]+\S+.*")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_STRONG = re.compile(r"(?<![\\\w])(\*\*|__)(?=\S)(.{1,2000}?)(?<=[^\s\\])\1(?!\w)")
_WEAK = re.compile(r"(?<![\\\w*])([*_])(?=[^\s*_])(.{1,2000}?)(?<=[^\s\\])\1(?![\w*])")
_CODE = re.compile(r"(`{1,2})([^`]{1,1000})\1")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~=])")
_TO_ESCAPE = re.compile(r"([\\`*_\[\]|<])")
_STARTS = re.compile(r"^(\d{1,3})([.)])(?=\s)|^([#+>=-])")
_FACT = re.compile(r"([A-Za-z_]{1,20})[ \t]*:[ \t]*(.*)")
_DEEPEST = 6


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Split off lines such as `title: …` that stand between two lines of three dashes at the top; names in lower case."""
    lines = text.lstrip("\n").split("\n")
    if lines[0].strip() != "---":
        return {}, text
    facts: dict[str, str] = {}
    for place, line in enumerate(lines[1:], start=1):
        if line.strip() in {"---", "..."}:
            return facts, "\n".join(lines[place + 1 :])
        if found := _FACT.fullmatch(line.strip()):
            facts[found[1].lower()] = found[2].strip().strip("\"'")
        elif line.strip():
            break
    return {}, text


def sections(text: str, plain: Callable[[str], str]) -> tuple[Section, ...]:
    """Read sections; `plain` makes text of HTML that stands between the Markdown, and leaves hidden text out."""
    path: list[str] = []
    levels: list[int] = []
    found: list[Section] = []
    blocks: list[str] = []
    for level, block in _blocks(text.split("\n")):
        shown = _inline(block, plain)
        if not level:
            if shown:
                blocks.append(shown)
            continue
        if blocks:
            found.append(Section(tuple(path), tuple(blocks)))
            blocks = []
        while levels and levels[-1] >= level:
            levels.pop()
            path.pop()
        if shown:
            levels.append(level)
            path.append(shown)
    if blocks:
        found.append(Section(tuple(path), tuple(blocks)))
    return tuple(found)


def written(parts: Iterable[Section]) -> str:
    """Write sections as Markdown that reads as the same sections."""
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for part in parts:
        shared = next((n for n, (a, b) in enumerate(zip(before, part.path, strict=False)) if a != b), min(len(before), len(part.path)))
        if shared == len(part.path) and lines:
            shared -= 1  # the same heading again is another section
        for depth in range(max(shared, 0), len(part.path)):
            lines += ["#" * min(depth + 1, _DEEPEST) + " " + _escaped(part.path[depth]), ""]
        for block in part.blocks:
            lines += ["- " + _escaped(block[2:]) if block.startswith("- ") else _escaped(block), ""]
        before = part.path
    return "\n".join(lines).strip() + "\n" if lines else ""


def _escaped(text: str) -> str:
    return _STARTS.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", _TO_ESCAPE.sub(r"\\\1", text))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Cut lines into (0, block) and (level, heading)."""
    held: list[str] = []
    head: list[str] = []
    fence = ""
    for place, raw in enumerate(lines):
        line = raw if fence else _QUOTED.sub("", raw)
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            yield from _flushed(held)
            fence = "" if fence else mark[1]
        elif fence:
            yield 0, line.strip()
        elif "|" in line and (head or _is_table(lines, place)):
            yield from _flushed(held)
            if not head:
                head = _cells(line)
            elif not _TABLE_RULE.fullmatch(line):
                yield 0, row_of(head, _cells(line))
        else:
            head = []
            yield from _of_line(line, held)
    yield from _flushed(held)


def _of_line(line: str, held: list[str]) -> Iterator[tuple[int, str]]:
    """Take a line that stands in no fence and no table to those held, or give out what it ends and what it is."""
    if held and (under := _UNDERLINE.fullmatch(line)) and not held[0].startswith("- "):
        yield (1 if under[1][0] == "=" else 2), " ".join(held)
        held.clear()
    elif _RULE.fullmatch(line) or not line.strip() or _LINK_PLACE.fullmatch(line):
        yield from _flushed(held)
    elif heading := _HEADING.fullmatch(line):
        yield from _flushed(held)
        yield len(heading[1]), heading[2] or ""
    elif item := _ITEM.fullmatch(line):
        yield from _flushed(held)
        held.append(f"- {item[1]}")
    else:
        held.append(line.strip())


def _flushed(held: list[str]) -> Iterator[tuple[int, str]]:
    if held:
        yield 0, " ".join(held)
        held.clear()


def _is_table(lines: Sequence[str], place: int) -> bool:
    return place + 1 < len(lines) and "-" in lines[place + 1] and _TABLE_RULE.fullmatch(_QUOTED.sub("", lines[place + 1])) is not None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELLS.split(line.strip().removeprefix("|").removesuffix("|"))]


def row_of(head: Sequence[str], cells: Sequence[str]) -> str:
    """Write a table's row as one line: each cell behind its column's name."""
    named = [*head, *[""] * (len(cells) - len(head))]
    said = [f"{name}: {cell}" if name else cell for name, cell in zip(named, cells, strict=False) if cell]
    return "; ".join(said)


def _inline(text: str, plain: Callable[[str], str]) -> str:
    shown = _ADDRESS.sub(r"\1", text)
    shown = plain(shown) if "<" in shown.replace("\\<", "") or "&" in shown else shown
    shown = _IMAGE.sub("", shown)
    shown = _LINK.sub(r"\1", shown)
    shown = _CODE.sub(r"\2", shown)
    shown = _STRONG.sub(r"\2", shown)
    shown = _WEAK.sub(r"\2", shown)
    return one_line(_ESCAPED.sub(r"\1", visible(shown)))
