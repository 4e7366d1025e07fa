"""HTML → title, language and sections: what a visitor reads, without menus, scripts, comments and hidden text."""

import re
from typing import Any

import msgspec
from lxml import etree, html

from doorstep.conversations.knowledge.articles import Section
from doorstep.conversations.knowledge.cleaning import one_line
from doorstep.conversations.knowledge.markdown import row_of
from doorstep.errors import BadInputError

_DROPPED = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "picture",
        "form",
        "button",
        "select",
        "input",
        "textarea",
        "head",
        "map",
        "dialog",
    )
)
#: Of a whole page: what is around what it says.
_AROUND = frozenset(("nav", "header", "footer", "aside"))
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "blockquote",
        "dd",
        "details",
        "div",
        "dl",
        "fieldset",
        "figure",
        "figcaption",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "ul",
        "body",
        "html",
        "br",
    )
)
_HEADINGS = {**{f"h{level}": level for level in range(1, 7)}, "summary": 7, "dt": 7, "caption": 7}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:[;!]|$)|font-size\s*:\s*0(?:\.0+)?[a-z%]*\s*(?:[;!]|$)"
    r"|(?:text-indent|left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]|clip-path\s*:\s*inset\(\s*(?:50|100)%|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:[;!]|$)",
    re.IGNORECASE,
)
#: Classes by which many themes hide a text from those who see.
_HIDING_CLASSES = frozenset(("visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text", "hidden", "d-none"))
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,4000}>|<!--|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_DOCTYPE = re.compile(rb"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype html|html|head|body)", re.IGNORECASE)


class Hypertext(msgspec.Struct, frozen=True):
    """What a page says."""

    title: str
    #: As the page says; "": it does not.
    language: str
    sections: tuple[Section, ...]


def looks_like_html(content: bytes) -> bool:
    """Tell whether bytes begin as an HTML document does."""
    return _DOCTYPE.match(content[:1000]) is not None


def read_html(content: bytes) -> Hypertext:
    """Read a page.

    Raises:
        BadInputError: there is nothing in it that can be read.
    """
    root = _parsed(content)
    body = root.find(".//body")
    whole = body if body is not None else root
    main = next((found[0] for name in ("main", "article") if len(found := whole.findall(f".//{name}")) == 1), None)
    if main is None:
        main = next(iter(whole.xpath('.//*[@role="main"]')), None)
    parts = _Reading(around=main is None).read(main if main is not None else whole)
    if main is not None and not parts:
        parts = _Reading(around=True).read(whole)
    title = one_line(root.findtext(".//title") or "")
    return Hypertext(title or next((part.path[0] for part in parts if part.path), ""), one_line(root.get("lang") or "")[:35], parts)


def plain_of(text: str) -> str:
    """Make plain text of HTML between other text; what is no HTML stays as it is."""
    if not _TAG.search(text):
        return text
    try:
        root = html.fragment_fromstring(_COMMENT.sub("", text), create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _TAG.sub("", text)
    return " ".join(block for part in _Reading(around=False).read(root) for block in (*part.path, *part.blocks))


def _parsed(content: bytes) -> Any:
    try:
        try:
            text: str | bytes = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content  # the page says its encoding itself, or the parser guesses
        parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8" if isinstance(text, str) else None)
        root = html.document_fromstring(text.encode() if isinstance(text, str) else text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadInputError("this HTML cannot be read") from error
    return root


class _Reading:
    """A walk over a tree that gathers blocks under their headings."""

    def __init__(self, *, around: bool) -> None:
        self._dropped = _DROPPED | (_AROUND if around else frozenset())
        self._text: list[str] = []
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []
        self._sections: list[Section] = []
        self._head: list[str] = []
        self._cells: list[str] = []
        self._all_heads = True
        self._mark = ""

    def read(self, root: Any) -> tuple[Section, ...]:
        """Walk it once."""
        walk = etree.iterwalk(root, events=("start", "end"))
        left_out = None
        for event, node in walk:
            if event == "start":
                if node is not root and self._left_out(node):
                    left_out = node
                    walk.skip_subtree()
                    continue
                self._open(node.tag)
                self._text.append(node.text or "")
            else:
                if node is not left_out:
                    self._close(node.tag)
                if node is not root:
                    self._text.append(node.tail or "")
        self._end_block()
        self._end_section()
        return tuple(self._sections)

    def _left_out(self, node: Any) -> bool:
        if (
            not isinstance(node.tag, str)
            or node.tag in self._dropped
            or node.get("hidden") is not None
            or node.get("aria-hidden") == "true"
        ):
            return True
        return bool(_HIDDEN.search(node.get("style") or "")) or not _HIDING_CLASSES.isdisjoint((node.get("class") or "").lower().split())

    def _open(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _HEADINGS or tag in {"tr", "td", "th"}:
            self._end_block()
        if tag == "li":
            self._mark = "- "
        elif tag == "table":
            self._head = []
        elif tag == "tr":
            self._cells, self._all_heads = [], True

    def _close(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._heading(_HEADINGS[tag])
        elif tag in {"td", "th"}:
            self._cells.append(self._taken())
            self._all_heads = self._all_heads and tag == "th"
        elif tag == "tr":
            self._end_row()
        elif tag in _BLOCKS:
            self._end_block()
            if tag == "li":
                self._mark = ""

    def _taken(self) -> str:
        text = one_line("".join(self._text))
        self._text.clear()
        return text

    def _heading(self, level: int) -> None:
        text = self._taken()
        self._end_section()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        if text:
            self._path.append((level, text))

    def _end_block(self) -> None:
        if text := self._taken():
            self._blocks.append(self._mark + text)
            self._mark = ""

    def _end_row(self) -> None:
        self._taken()
        if self._all_heads and not self._head:
            self._head = self._cells
        elif row := row_of(self._head, self._cells):
            self._blocks.append(row)
        self._cells = []

    def _end_section(self) -> None:
        if self._blocks:
            self._sections.append(Section(tuple(text for _, text in self._path), tuple(self._blocks)))
            self._blocks = []
