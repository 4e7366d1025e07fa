"""What a shop knows, as values: articles, the sections in them, and the passages that sections are cut into."""

from datetime import date
from enum import StrEnum

import msgspec


class Audience(StrEnum):
    """For whom an article is."""

    #: Quoted to customers.
    CUSTOMERS = "customers"
    #: Found by the people at the desk only.
    AGENTS = "agents"


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One document, or one question with its answer."""

    #: What tells it from the merchant's other articles, whatever it says: the file's path, the address, the question of a row.
    key: str
    title: str
    #: Markdown.
    body: str
    #: BCP 47; "": not told.
    language: str = ""
    #: Address where a customer can read it; "": there is none.
    url: str = ""
    #: The last day on which it may be quoted; None: until it is changed.
    valid_until: date | None = None
    audience: Audience = Audience.CUSTOMERS


class Section(msgspec.Struct, frozen=True):
    """What stands under one heading."""

    #: Headings above it, the outermost first.
    path: tuple[str, ...]
    #: Paragraphs, items of lists (which begin with "- ") and rows of tables, a line each.
    blocks: tuple[str, ...]


class Passage(msgspec.Struct, frozen=True):
    """A piece of a section that is found and quoted: some sentences, never half of one."""

    path: tuple[str, ...]
    #: Lines, one a block.
    text: str
