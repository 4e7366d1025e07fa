"""What the shop says of itself: articles brought in, listed, taken away; questions tried on them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from msgspec import Meta

from doorstep.conversations.knowledge.articles import Audience
from doorstep.conversations.knowledge.quoting import Quoted, Silence, heading_of
from doorstep.conversations.knowledge.reading import LONGEST_URL, MOST_BYTES
from doorstep.conversations.knowledge.retrieving import Found
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.importing_knowledge import bring_in, document_of, remove_article
from doorstep.steps.knowing_shop import LONGEST_QUESTION, look
from doorstep.steps.work import utc_now
from doorstep.store import knowledge
from doorstep.store.knowledge import KeptArticle
from doorstep.web.api.entering import key_of
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, key_in, number_of, page_of
from doorstep.web.api.shapes import Next
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

#: Of a body: JSON writes some signs with six.
_MOST_BYTES = 3 * MOST_BYTES
_MOST_ID = 2**63 - 1

Language = Annotated[str, Meta(max_length=35, description="BCP 47, such as en or es-MX; empty: not told.")]


class ArticleForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document to be brought in."""

    key: Annotated[str, Meta(min_length=1, max_length=200, description="Yours. Sent again under it, the document replaces what it was.")]
    content: Annotated[str, Meta(min_length=1, max_length=MOST_BYTES, description="The document, 2 MB at most.")]
    format: Annotated[
        Literal["markdown", "html", "csv", "text"],
        Meta(description="csv: the columns question,answer and if you like source,language,until; an article each row."),
    ] = "markdown"
    title: Annotated[str, Meta(max_length=300, description="Empty: its own, or its first heading. Not for csv.")] = ""
    language: Language = ""
    url: Annotated[str, Meta(max_length=LONGEST_URL, description="Where a customer can read it; empty: nowhere.")] = ""
    valid_until: Annotated[date | None, Meta(description="The last day on which it is quoted; null: until it is changed. Not for csv.")] = (
        None
    )
    audience: Annotated[Audience, Meta(description="agents: found at the desk, never quoted to a customer.")] = Audience.CUSTOMERS


class BroughtShown(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a document."""

    added: int
    changed: int
    unchanged: int
    removed: Annotated[int, Meta(description="Articles of the same key that are in it no more.")]
    passages: Annotated[int, Meta(description="That you have now; 5,000 at most.")]


class ArticleShown(msgspec.Struct, frozen=True, kw_only=True):
    """An article."""

    id: str
    title: str
    origin: Annotated[str, Meta(description="The file, address or key it came by, or `desk`.")]
    language: Language
    url: str
    audience: Audience
    valid_until: date | None
    passages: int
    kept_at: Annotated[datetime, Meta(description="When this text came.")]
    seen_at: Annotated[datetime, Meta(description="When it was last brought in, changed or not.")]
    quoted: Annotated[int, Meta(description="How often, about.")]
    quoted_at: datetime | None


class ArticlePage(msgspec.Struct, frozen=True, kw_only=True):
    """Articles, by title."""

    articles: list[ArticleShown]
    next: Next = None


class ArticleWhole(ArticleShown, frozen=True, kw_only=True):
    """An article with its text."""

    body: Annotated[str, Meta(description="Markdown.")]


class QuestionForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to be tried."""

    question: Annotated[str, Meta(min_length=1, max_length=LONGEST_QUESTION)]
    language: Language = ""
    for_agents: Annotated[bool, Meta(description="From articles for agents as well.")] = False


class QuoteShown(msgspec.Struct, frozen=True, kw_only=True):
    """What would be said, word for word."""

    text: str
    title: str
    path: Annotated[list[str], Meta(description="Headings above it, the outermost first.")]
    url: str
    language: Language
    as_of: Annotated[date, Meta(description="When this text was given to us.")]
    valid_until: date | None
    article_id: str


class PassageShown(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that came near."""

    article_id: str
    title: str
    heading: str
    text: str
    score: Annotated[float, Meta(description="0 to 1; from 0.35 on it is quoted.")]
    expired: bool


class AskedShown(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a question."""

    quote: Annotated[QuoteShown | None, Meta(description="Null: the answer is that we do not know.")]
    why_none: Annotated[Silence | None, Meta(description="Null where there is a quote.")]
    passages: Annotated[list[PassageShown], Meta(description="The likeliest first.")]


Words = Annotated[str, QueryParameter(max_length=200, description="Only articles that have these words in title or text.")]


@get("/knowledge/articles", operation_id="listArticles", tags=["Knowledge"], opt={"scope": "knowledge:read"})
async def list_articles(request: AnyRequest, words: Words = "", cursor: Cursor = None, limit: Limit = USUAL) -> ArticlePage:
    """List the articles, by title."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await knowledge.listed(tx, merchant_id, words, _after(cursor), limit + 1)
    page, more = page_of(rows, limit)
    onward = cursor_to("articles", f"{page[-1].article_id}\x1e{page[-1].title.lower()}") if more else None
    return ArticlePage(articles=[_shown(one) for one in page], next=onward)


@get("/knowledge/articles/{article_id:str}", operation_id="readArticle", tags=["Knowledge"], opt={"scope": "knowledge:read"})
async def read_article(request: AnyRequest, article_id: FromPath[str]) -> ArticleWhole:
    """Read one article with its text."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(article_id)
    async with house.database.for_merchant(merchant_id) as tx:
        article = await knowledge.read(tx, merchant_id, number)
    if article is None:
        raise NotFoundError("there is no such article")
    return ArticleWhole(**msgspec.structs.asdict(_shown(article)), body=article.body)


@post(
    "/knowledge/articles",
    operation_id="bringInArticles",
    tags=["Knowledge"],
    status_code=HTTP_200_OK,
    request_max_body_size=_MOST_BYTES,
    opt={"scope": "knowledge:write", "body": "json"},
)
async def bring_in_articles(request: AnyRequest, data: JSONBody[ArticleForm]) -> BroughtShown:
    """Bring a document in. Sent again unchanged it changes nothing; changed, it replaces what its key stood for."""
    house, key = house_of(request), key_of(request)
    document = document_of(data.key, data.content, data.format, language=data.language, url=data.url)
    if data.format != "csv":
        [article] = document.articles
        changes: dict[str, Any] = {"valid_until": data.valid_until or article.valid_until, "title": data.title.strip() or article.title}
        if data.audience is Audience.AGENTS:
            changes["audience"] = data.audience
        document = msgspec.structs.replace(document, articles=(msgspec.structs.replace(article, **changes),))
    elif data.title or data.valid_until or data.audience is Audience.AGENTS:
        raise BadInputError("title, valid_until and audience are not for csv; until is a column of its own")
    brought = await bring_in(house.database, key.merchant_id, [document], f"key {key.key_id}", utc_now())
    return BroughtShown(**msgspec.structs.asdict(brought))


@delete(
    "/knowledge/articles/{article_id:str}",
    operation_id="removeArticle",
    tags=["Knowledge"],
    status_code=HTTP_204_NO_CONTENT,
    opt={"scope": "knowledge:write"},
)
async def take_away(request: AnyRequest, article_id: FromPath[str]) -> None:
    """Take an article away; it is quoted no more."""
    house, key, number = house_of(request), key_of(request), number_of(article_id)
    async with house.database.for_merchant(key.merchant_id) as tx:
        await remove_article(tx, key.merchant_id, number, f"key {key.key_id}")


@post(
    "/knowledge/ask",
    operation_id="askKnowledge",
    tags=["Knowledge"],
    status_code=HTTP_200_OK,
    opt={"scope": "knowledge:read", "body": "json"},
)
async def ask(request: AnyRequest, data: JSONBody[QuestionForm]) -> AskedShown:
    """Try a question: what would be quoted to a customer, and which passages came near. Nothing is noted or counted."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        looked = await look(tx, merchant_id, data.question, data.language, utc_now(), closed=data.for_agents)
    said = looked.answer
    return AskedShown(
        quote=_quoted(said) if isinstance(said, Quoted) else None,
        why_none=None if isinstance(said, Quoted) else said.why,
        passages=[_passage(one) for one in looked.found],
    )


def _after(cursor: str | None) -> tuple[str, int]:
    key = key_in("articles", cursor)
    if key is None:
        return "", 0
    number, _, title = key.partition("\x1e")
    if not (number.isascii() and number.isdecimal() and int(number) <= _MOST_ID):
        raise BadInputError("cursor: send the `next` of the page before, unchanged")
    return title, int(number)


def _shown(one: KeptArticle) -> ArticleShown:
    return ArticleShown(
        id=str(one.article_id),
        title=one.title,
        origin=one.origin,
        language=one.language,
        url=one.url,
        audience=Audience(one.audience),
        valid_until=one.valid_until,
        passages=one.passages,
        kept_at=one.kept_at,
        seen_at=one.seen_at,
        quoted=one.quoted,
        quoted_at=one.quoted_at,
    )


def _quoted(one: Quoted) -> QuoteShown:
    return QuoteShown(
        text=one.text,
        title=one.title,
        path=list(one.path),
        url=one.url,
        language=one.language,
        as_of=one.as_of,
        valid_until=one.valid_until,
        article_id=str(one.article_id),
    )


def _passage(one: Found) -> PassageShown:
    source = one.entry.source
    return PassageShown(
        article_id=str(source.article_id),
        title=source.title,
        heading=heading_of(one),
        text=one.entry.passage.text,
        score=round(one.score, 4),
        expired=one.expired,
    )


ROUTES: list[Any] = [list_articles, read_article, bring_in_articles, take_away, ask]
