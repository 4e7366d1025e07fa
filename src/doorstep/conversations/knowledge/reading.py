"""Bytes of a document (Markdown, HTML, CSV, plain text) → articles."""

import csv
import io
import re
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

import msgspec

from doorstep.conversations.knowledge import markdown
from doorstep.conversations.knowledge.articles import Article, Audience, Section
from doorstep.conversations.knowledge.cleaning import one_line, visible
from doorstep.conversations.knowledge.hypertext import looks_like_html, plain_of, read_html
from doorstep.errors import BadInputError

#: Bytes of one document.
MOST_BYTES = 2_000_000
#: Signs of a title, of a key and of an address.
LONGEST_TITLE, LONGEST_KEY, LONGEST_URL = 300, 600, 2000
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_LONGEST_LANGUAGE = 40
_COLUMNS = {"question", "answer", "source", "language", "until"}
_HIDDEN_PARTS = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


class Kind(StrEnum):
    """How a document is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    TEXT = "text"


_ENDINGS = {
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".xhtml": Kind.HTML,
    ".csv": Kind.CSV,
    ".txt": Kind.TEXT,
}
#: Names of files that can be read.
ENDINGS = tuple(_ENDINGS)


def kind_of(name: str, content_type: str = "", content: bytes = b"") -> Kind | None:
    """Tell how a document is written, by what its sender says, its name, or how it begins; None: it is nothing that can be read."""
    said = content_type.partition(";")[0].strip().lower()
    by_type = {"text/html": Kind.HTML, "application/xhtml+xml": Kind.HTML, "text/markdown": Kind.MARKDOWN, "text/csv": Kind.CSV}
    by_name = _ENDINGS.get(PurePosixPath(name.lower()).suffix)
    if found := by_type.get(said):
        return found
    if said and not said.startswith("text/"):
        return None
    return by_name or (Kind.HTML if looks_like_html(content) else Kind.TEXT if said else None)


def read_articles(content: bytes, kind: Kind, *, key: str, language: str = "", url: str = "") -> tuple[Article, ...]:
    """Read a document; `key` names it among the merchant's, `language` counts where it says none itself.

    Raises:
        BadInputError: it is too long, empty, or not what it should be.
    """
    if len(content) > MOST_BYTES:
        raise BadInputError(f"a document may have {MOST_BYTES // 1_000_000} MB at most")
    if b"\x00" in content:
        raise BadInputError("this is no text: it holds zero bytes")
    language = language_of(language)
    if kind is Kind.CSV:
        return _of_rows(_text(content), key, language)
    if kind is Kind.HTML:
        page = read_html(content)
        said = language_of(page.language) if _LANGUAGE.fullmatch(page.language) else language
        made = Article(key=key, title=page.title, body=markdown.written(page.sections), language=said, url=url)
    else:
        made = _of_text(_text(content), kind, Article(key=key, title="", body="", language=language, url=url))
    return (checked(made),)


def sections_of(body: str) -> tuple[Section, ...]:
    """Read an article's Markdown."""
    return markdown.sections(_HIDDEN_PARTS.sub("", visible(body)), plain_of)


def checked(article: Article) -> Article:
    """Give an article a title where it has none, and see that it says something.

    Raises:
        BadInputError: it says nothing, or a part of it is too long or no such thing.
    """
    parts = sections_of(article.body)
    if not parts:
        raise BadInputError("there is no text in it")
    title = (
        one_line(article.title)
        or next((part.path[0] for part in parts if part.path), "")
        or PurePosixPath(article.key.rpartition(":")[2]).stem
    )
    key = one_line(article.key)
    if not key or len(key) > LONGEST_KEY:
        raise BadInputError(f"its name may have {LONGEST_KEY} signs at most, and needs one")
    if article.url and not (
        article.url.startswith(("https://", "http://")) and len(article.url) <= LONGEST_URL and article.url.isprintable()
    ):
        raise BadInputError("its address begins with https:// or http://")
    if len(article.body.encode()) > MOST_BYTES:
        raise BadInputError(f"a document may have {MOST_BYTES // 1_000_000} MB at most")
    body = visible(article.body).strip() + "\n"
    return msgspec.structs.replace(article, key=key, title=title[:LONGEST_TITLE], language=language_of(article.language), body=body)


def language_of(text: str) -> str:
    """Check a language's tag; "" stays.

    Raises:
        BadInputError: it is none.
    """
    tag = text.strip()
    if tag and not _LANGUAGE.fullmatch(tag):
        raise BadInputError("language: a tag such as en or es-MX")
    return tag.replace("_", "-")


def day_of(text: str) -> date | None:
    """Read a day; "" is None.

    Raises:
        BadInputError: it is none.
    """
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise BadInputError("until: a day such as 2026-12-31") from None


def _text(content: bytes) -> str:
    try:
        return visible(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInputError("this is not UTF-8; save it as UTF-8 first") from error


def _of_text(text: str, kind: Kind, plain: Article) -> Article:
    facts, body = markdown.front_matter(text) if kind is Kind.MARKDOWN else ({}, _questions_as_headings(text))
    audience = facts.get("audience", Audience.CUSTOMERS)
    if audience not in list(Audience):
        raise BadInputError(f"audience: {' or '.join(Audience)}")
    return msgspec.structs.replace(
        plain,
        title=facts.get("title", ""),
        body=body,
        language=facts.get("language") or plain.language,
        url=facts.get("source") or plain.url,
        valid_until=day_of(facts.get("until", "")),
        audience=Audience(audience),
    )


def _questions_as_headings(text: str) -> str:
    """Read plain text's questions that stand in a line of their own above an answer as headings."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        first = place == 0 or not lines[place - 1].strip()
        if (
            first
            and line.rstrip().endswith(("?", "\uff1f"))
            and not line.startswith("#")
            and any(one.strip() for one in lines[place + 1 : place + 3])
        ):
            lines[place] = f"## {line.strip()}\n"
    return "\n".join(lines)


def _of_rows(text: str, key: str, language: str) -> tuple[Article, ...]:
    """Read `question,answer[,source,language,until]`, an article each row."""
    found: dict[str, Article] = {}
    try:
        rows = csv.DictReader(io.StringIO(text), strict=True, skipinitialspace=True)
        names = {name: (name or "").strip().lower() for name in rows.fieldnames or ()}
        if not {"question", "answer"} <= set(names.values()) or (unknown := set(names.values()) - _COLUMNS - {""}):
            more = f"; not known: {', '.join(sorted(unknown))}" if {"question", "answer"} <= set(names.values()) else ""
            raise BadInputError(f"the first line names the columns: question,answer, and if you like source,language,until{more}")
        for row in rows:
            said = {names[name]: value or "" for name, value in row.items() if name in names}
            if None in row:
                raise BadInputError(f"line {rows.line_num}: more cells than columns; put a text with commas into quotes")
            if not any(value.strip() for value in said.values()):
                continue
            one = _of_row(said, key, language, rows.line_num)
            if one.key in found:
                raise BadInputError(f"line {rows.line_num}: the same question stands above")
            found[one.key] = one
    except csv.Error as error:
        most = (
            f"; an answer of more than {csv.field_size_limit():,} characters belongs into a file of its own"
            if "limit" in str(error)
            else ""
        )
        raise BadInputError(f"this CSV cannot be read: {error}{most}") from error
    if not found:
        raise BadInputError("there is no question in it")
    return tuple(found.values())


def _of_row(said: dict[str, str], key: str, language: str, line: int) -> Article:
    question, answer = one_line(said["question"]), said["answer"].strip()
    if not question or not answer:
        raise BadInputError(f"line {line}: a question and an answer")
    if len(question) > LONGEST_TITLE or len(key) > LONGEST_KEY - LONGEST_TITLE - _LONGEST_LANGUAGE:
        raise BadInputError(f"line {line}: a question may have {LONGEST_TITLE} signs at most")
    try:
        own = language_of(said.get("language", "")) or language
        return checked(
            Article(
                key=f"{key}#{own}#{question}",
                title=question,
                body=answer,
                language=own,
                url=said.get("source", "").strip(),
                valid_until=day_of(said.get("until", "")),
            )
        )
    except BadInputError as error:
        raise BadInputError(f"line {line}: {error}") from error
