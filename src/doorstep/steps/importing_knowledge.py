"""Documents of a shop (files, pages at addresses, texts written at the desk) → its articles and their passages, each unless it stands already."""

import asyncio
import hashlib
from collections.abc import Generator, Sequence
from datetime import date, datetime
from email.message import Message as Header
from urllib.parse import urljoin

import msgspec

from doorstep.conversations.knowledge.articles import Article, Audience
from doorstep.conversations.knowledge.encoding import sentence_encoder
from doorstep.conversations.knowledge.passages import cut
from doorstep.conversations.knowledge.reading import MOST_BYTES, Kind, checked, kind_of, read_articles, sections_of
from doorstep.conversations.knowledge.retrieving import read_passages
from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import BadInputError, DoorstepError, NotFoundError, TryLaterError
from doorstep.steps.knowing_shop import kept_passage
from doorstep.steps.wire import Wire
from doorstep.store import connections, knowledge
from doorstep.store.database import Database, Tx
from doorstep.store.knowledge import KeptPassage, NewArticle

#: Passages of a merchant.
MOST_PASSAGES = 5000
#: Where articles come from that are written at the desk, or sent over the API.
DESK, API = "desk", "api"
#: Addresses of one list.
MOST_URLS = 200
_MOST_REDIRECTS = 3
_OK, _MULTIPLE, _CLIENT, _SERVER, _TOO_MANY = 200, 300, 400, 500, 429


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought in at once: all articles that its origin has now."""

    origin: str
    articles: tuple[Article, ...]


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Articles of the same origin that are in it no more.
    removed: int = 0
    #: Passages the merchant has now.
    passages: int = 0


def read_document(content: bytes, name: str, *, language: str = "", url: str = "", content_type: str = "") -> Document:
    """Read a document; its name is its origin.

    Raises:
        BadInputError: it cannot be read.
    """
    kind = kind_of(name, content_type, content)
    if kind is None:
        raise BadInputError("it is no Markdown, HTML, CSV or plain text; name it .md, .html, .csv or .txt")
    return Document(origin=name, articles=read_articles(content, kind, key=name, language=language, url=url))


def document_of(key: str, content: str, kind: str, *, language: str = "", url: str = "") -> Document:
    """Read a document that a program sent under a key of its own.

    Raises:
        BadInputError: it cannot be read.
    """
    origin = f"{API}:{key}"
    return Document(origin=origin, articles=read_articles(content.encode(), Kind(kind), key=origin, language=language, url=url))


async def bring_in(database: Database, merchant_id: int, documents: Sequence[Document], who: str, now: datetime) -> Brought:
    """Keep documents: what changed is cut and read anew, what stands is left, what an origin has no more goes.

    Raises:
        BadInputError: it would be too much for a merchant; nothing was kept.
    """
    articles = {one.key: (one, document.origin) for document in documents for one in document.articles}
    async with database.for_merchant(merchant_id) as tx:
        standing: dict[str, tuple[bytes, int, str]] = {}
        for document in documents:
            standing |= await knowledge.standing(tx, merchant_id, [one.key for one in document.articles], document.origin)
    fresh = [one for one, origin in articles.values() if standing.get(one.key, (b"", 0, ""))[::2] != (digest_of(one), origin)]
    passages = await asyncio.to_thread(_cut, fresh)
    async with database.for_merchant(merchant_id) as tx:
        await knowledge.hold(tx, merchant_id)
        gone = {key for key in standing if key not in articles}
        replaced = sum(standing[key][1] for key in gone | {one.key for one in fresh} if key in standing)
        total = await knowledge.passage_count(tx, merchant_id) - replaced + sum(map(len, passages))
        if total > MOST_PASSAGES:
            raise BadInputError(
                f"this would make {total:,} passages; a shop may have {MOST_PASSAGES:,}: leave out what customers do not ask"
            )
        await knowledge.remove_keys(tx, merchant_id, gone)
        for one, cuts in zip(fresh, passages, strict=True):
            await knowledge.write(tx, merchant_id, _new(one, articles[one.key][1], cuts), now)
        await knowledge.seen(tx, merchant_id, articles.keys() - {one.key for one in fresh}, now)
        brought = Brought(
            added=sum(one.key not in standing for one in fresh),
            changed=sum(one.key in standing for one in fresh),
            unchanged=len(articles) - len(fresh),
            removed=len(gone),
            passages=total,
        )
        if fresh or gone:
            await knowledge.changed(tx, merchant_id)
            told = f"{brought.added} added, {brought.changed} changed, {brought.removed} removed"
            await connections.audit(tx, merchant_id, who, "knowledge brought in", told)
    return brought


async def write_article(
    database: Database, merchant_id: int, article: Article, who: str, now: datetime, *, article_id: int | None = None, origin: str = DESK
) -> int:
    """Keep an article that somebody wrote, or changed; return its id.

    Raises:
        NotFoundError: the one to change is not there.
        BadInputError: it says nothing, its title stands already, or it would be too much.
    """
    made = checked(article)
    async with database.for_merchant(merchant_id) as tx:
        if article_id is not None:
            before = await knowledge.read(tx, merchant_id, article_id)
            if before is None:
                raise NotFoundError("there is no such article")
            made, origin = msgspec.structs.replace(made, key=before.key), before.origin
        else:
            made = msgspec.structs.replace(made, key=f"{origin}#{made.language}#{made.title}")
            if await knowledge.by_key(tx, merchant_id, made.key):
                raise BadInputError("an article of this title stands already: change that one")
    [passages] = await asyncio.to_thread(_cut, [made])
    async with database.for_merchant(merchant_id) as tx:
        await knowledge.hold(tx, merchant_id)
        stands = await knowledge.by_key(tx, merchant_id, made.key)
        if article_id is not None and stands is None:
            raise NotFoundError("there is no such article any more")
        total = await knowledge.passage_count(tx, merchant_id) - (stands.passages if stands else 0) + len(passages)
        if total > MOST_PASSAGES:
            raise BadInputError(f"this would make {total:,} passages; a shop may have {MOST_PASSAGES:,}")
        kept = await knowledge.write(tx, merchant_id, _new(made, origin, passages), now)
        await knowledge.changed(tx, merchant_id)
        await connections.audit(tx, merchant_id, who, "knowledge written", made.title)
    return kept


async def remove_article(tx: Tx, merchant_id: int, article_id: int, who: str) -> None:
    """Take an article away.

    Raises:
        NotFoundError: there is none such.
    """
    title = await knowledge.remove(tx, merchant_id, article_id)
    if title is None:
        raise NotFoundError("there is no such article")
    await knowledge.changed(tx, merchant_id)
    await connections.audit(tx, merchant_id, who, "knowledge removed", title)


def article_of(title: str, body: str, *, language: str = "", url: str = "", until: date | None = None, agents: bool = False) -> Article:
    """Make an article of what a form has."""
    audience = Audience.AGENTS if agents else Audience.CUSTOMERS
    return Article(key=title or "-", title=title, body=body, language=language, url=url, valid_until=until, audience=audience)


async def fetch_document(wire: Wire, merchant_id: int, url: str, *, language: str = "") -> Document:
    """Fetch a page of the merchant's and read it; private networks are refused.

    Raises:
        BadInputError: nothing that can be read lies there.
        TryLaterError: it does not answer now.
        MisconfiguredError: the address cannot be called, or may not be.
    """
    if not url.startswith(("https://", "http://")):
        raise BadInputError("an address begins with https:// or http://")
    response = await wire.ask(_page(url), connection=(merchant_id, 0), provider="shop_pages")
    content_type = response.headers.get("content-type", "")
    return read_document(_in_utf8(response.body, content_type), url, language=language, url=url, content_type=content_type)


async def fetch_documents(
    wire: Wire, merchant_id: int, urls: Sequence[str], *, language: str = ""
) -> tuple[list[Document], dict[str, str]]:
    """Fetch pages one after another; return what was read, and why others were not, by address.

    Raises:
        BadInputError: there are too many.
    """
    if len(urls) > MOST_URLS:
        raise BadInputError(f"a list may have {MOST_URLS} addresses")
    documents: list[Document] = []
    wrong: dict[str, str] = {}
    for url in dict.fromkeys(urls):
        try:
            documents.append(await fetch_document(wire, merchant_id, url, language=language))
        except DoorstepError as error:
            wrong[url] = str(error)
    return documents, wrong


def _page(url: str) -> Generator[HttpRequest, Response, Response]:
    """Ask for a page, where it moved to as well."""
    for _ in range(_MOST_REDIRECTS + 1):
        accept = {"accept": "text/html, text/markdown, text/plain, text/csv;q=0.9"}
        response = yield HttpRequest(method="GET", url=url, headers=accept, repeatable=True, guarded=True, most_bytes=MOST_BYTES + 1)
        if _OK <= response.status < _MULTIPLE:
            if not response.whole and len(response.body) <= MOST_BYTES:
                raise TryLaterError("the page broke off")
            return response
        place = response.headers.get("location", "")
        if not (_MULTIPLE <= response.status < _CLIENT and place):
            if response.status >= _SERVER or response.status == _TOO_MANY:
                raise TryLaterError(f"the page answers {response.status}")
            raise BadInputError(f"the page answers {response.status}")
        url = urljoin(url, place)
        if not url.startswith(("https://", "http://")):
            break
    raise BadInputError("the page leads on and on")


def _in_utf8(content: bytes, content_type: str) -> bytes:
    """Write a text in UTF-8 whose sender names another encoding; what says it itself, as HTML may, is left."""
    header = Header()
    header["content-type"] = content_type or "text/html"
    charset = header.get_content_charset()
    if not charset or charset in {"utf-8", "us-ascii"}:
        return content
    try:
        return content.decode(charset).encode()
    except (LookupError, UnicodeDecodeError):
        return content


def digest_of(article: Article) -> bytes:
    """Make the same bytes of the same article."""
    return hashlib.sha256(msgspec.json.encode(article)).digest()


def _cut(articles: Sequence[Article]) -> list[list[KeptPassage]]:
    """Cut and read articles: about ten milliseconds a passage.

    Raises:
        BadInputError: they alone are too much for a merchant.
    """
    cuts = [list(cut(sections_of(one.body))) for one in articles]
    if (total := sum(map(len, cuts))) > MOST_PASSAGES:
        raise BadInputError(f"this would make {total:,} passages; a shop may have {MOST_PASSAGES:,}: leave out what customers do not ask")
    made: list[list[KeptPassage]] = []
    for one, passages in zip(articles, cuts, strict=True):
        titled = [msgspec.structs.replace(each, path=each.path or (one.title,)) for each in passages]
        reads = read_passages(titled, sentence_encoder())
        made.append([kept_passage(passage, read) for passage, read in zip(titled, reads, strict=True)])
    return made


def _new(article: Article, origin: str, passages: Sequence[KeptPassage]) -> NewArticle:
    return NewArticle(
        key=article.key,
        origin=origin,
        title=article.title,
        body=article.body,
        language=article.language,
        url=article.url,
        audience=article.audience.value,
        valid_until=article.valid_until,
        digest=digest_of(article),
        passages=passages,
    )
