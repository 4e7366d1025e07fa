"""What a shop knows ↔ rows: articles with their passages, and the version that tells whether an index in memory is still right."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import msgspec

from doorstep.store.database import Row, Tx


class KeptArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article as stored; fields as in schema.sql."""

    article_id: int
    key: str
    origin: str
    title: str
    body: str
    language: str
    url: str
    audience: str
    valid_until: date | None
    passages: int
    kept_at: datetime
    seen_at: datetime
    quoted_at: datetime | None
    quoted: int


class KeptPassage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as stored; fields as in schema.sql."""

    path: tuple[str, ...]
    text: str
    vectors: bytes
    heading: tuple[str, ...]
    tokens: tuple[str, ...]
    read_by: str


class NewArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article to be written, with its passages."""

    key: str
    origin: str
    title: str
    body: str
    language: str
    url: str
    audience: str
    valid_until: date | None
    digest: bytes
    passages: Sequence[KeptPassage]


_COLUMNS = "article_id, key, origin, title, body, language, url, audience, valid_until, passages, kept_at, seen_at, quoted_at, quoted"
# Which version of a merchant's knowledge counts.
_VERSION = "select version from knowledge where merchant_id = $1"
# Note a change; the row orders those who change at once. The version is the moment, so that no other database has had the same one.
_CHANGED = """
insert into knowledge as k (merchant_id, version) values ($1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
on conflict (merchant_id) do update set version = greatest(k.version + 1, excluded.version) returning version
"""
# Let nobody else change a merchant's knowledge in this transaction.
_HOLD = "insert into knowledge as k (merchant_id) values ($1) on conflict (merchant_id) do update set version = k.version"
# What stands for keys, and of one origin.
_STANDING = "select key, digest, passages, origin from article where merchant_id = $1 and (key = any($2::text[]) or origin = $3)"
# How many passages a merchant has.
_PASSAGES = "select coalesce(sum(passages), 0)::bigint from article where merchant_id = $1"
# Write an article over the one with its key.
_WRITE = """
insert into article as a (merchant_id, key, origin, title, body, language, url, audience, valid_until, digest, passages, kept_at, seen_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
on conflict (merchant_id, key) do update
set (origin, title, body, language, url, audience, valid_until, digest, passages, kept_at, seen_at)
    = (excluded.origin, excluded.title, excluded.body, excluded.language, excluded.url, excluded.audience, excluded.valid_until, excluded.digest,
        excluded.passages, excluded.kept_at, excluded.seen_at)
returning article_id
"""
# Take an article's passages away.
_UNCUT = "delete from passage where merchant_id = $1 and article_id = $2"
# Write a passage.
_CUT = """
insert into passage (merchant_id, article_id, place, path, text, vectors, heading, tokens, read_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
# Note that articles were given to us again, unchanged.
_SEEN = "update article set seen_at = $3 where merchant_id = $1 and key = any($2::text[])"
# Take articles away by key, with their passages.
_REMOVE_KEYS = "delete from article where merchant_id = $1 and key = any($2::text[])"
# Take one article away, with its passages.
_REMOVE = "delete from article where merchant_id = $1 and article_id = $2 returning title"
# All that is found: every passage with what is said of its article.
_EVERY = """
select p.article_id, p.place, p.path, p.text, p.vectors, p.heading, p.tokens, p.read_by, a.title, a.url, a.language, a.audience, a.valid_until,
    a.kept_at
from passage p join article a on a.merchant_id = p.merchant_id and a.article_id = p.article_id
where p.merchant_id = $1 order by p.article_id, p.place
"""
# Write what passages are found by anew.
_READ_ANEW = """
update passage set vectors = $4, heading = $5, tokens = $6, read_by = $7 where merchant_id = $1 and article_id = $2 and place = $3
"""
# One article.
_ONE = f"select {_COLUMNS} from article where merchant_id = $1 and article_id = $2"
# One article by its key.
_BY_KEY = f"select {_COLUMNS} from article where merchant_id = $1 and key = $2"
# The passages of an article.
_PASSAGES_OF = "select place, path, text from passage where merchant_id = $1 and article_id = $2 order by place"
# Articles, by title; or those whose title or text has some words.
_LIST = f"""
select {_COLUMNS} from article
where merchant_id = $1 and ($2 = '' or title ilike $2 or body ilike $2) and (lower(title), article_id) > ($3, $4)
order by lower(title), article_id limit $5
"""
# Count a quote; an article that somebody is counting just now is not waited for.
_QUOTED = """
update article set quoted = quoted + 1, quoted_at = $3 where (merchant_id, article_id) in (
    select merchant_id, article_id from article where merchant_id = $1 and article_id = $2 for no key update skip locked
)
"""


def _kept(row: Row) -> KeptArticle:
    return KeptArticle(**dict(row))


async def version(tx: Tx, merchant_id: int) -> int:
    """Return the version that counts; 0: nothing was ever brought in."""
    return int(await tx.fetchval(_VERSION, merchant_id) or 0)


async def changed(tx: Tx, merchant_id: int) -> int:
    """Note a change; return the new version."""
    return int(await tx.fetchval(_CHANGED, merchant_id))


async def hold(tx: Tx, merchant_id: int) -> None:
    """Wait until nobody else changes this merchant's knowledge, and let nobody until the end of this transaction."""
    await tx.execute(_HOLD, merchant_id)


async def standing(tx: Tx, merchant_id: int, keys: Collection[str], origin: str) -> dict[str, tuple[bytes, int, str]]:
    """Return what stands for keys, and all of one origin: key → digest, passages, origin."""
    rows = await tx.fetch(_STANDING, merchant_id, list(keys), origin)
    return {row["key"]: (row["digest"], row["passages"], row["origin"]) for row in rows}


async def passage_count(tx: Tx, merchant_id: int) -> int:
    """Count a merchant's passages."""
    return int(await tx.fetchval(_PASSAGES, merchant_id))


async def write(tx: Tx, merchant_id: int, article: NewArticle, now: datetime) -> int:
    """Write an article over the one with its key, and its passages over those; return its id."""
    article_id = await tx.fetchval(
        _WRITE,
        merchant_id,
        article.key,
        article.origin,
        article.title,
        article.body,
        article.language,
        article.url,
        article.audience,
        article.valid_until,
        article.digest,
        len(article.passages),
        now,
    )
    await tx.execute(_UNCUT, merchant_id, article_id)
    rows = [
        (merchant_id, article_id, place, list(one.path), one.text, one.vectors, list(one.heading), list(one.tokens), one.read_by)
        for place, one in enumerate(article.passages)
    ]
    await tx.executemany(_CUT, rows)
    return int(article_id)


async def seen(tx: Tx, merchant_id: int, keys: Collection[str], now: datetime) -> None:
    """Note that articles were given to us again, unchanged."""
    await tx.execute(_SEEN, merchant_id, list(keys), now)


async def remove_keys(tx: Tx, merchant_id: int, keys: Collection[str]) -> None:
    """Take articles away by key."""
    await tx.execute(_REMOVE_KEYS, merchant_id, list(keys))


async def remove(tx: Tx, merchant_id: int, article_id: int) -> str | None:
    """Take an article away; return its title, or None where there is none such."""
    title: str | None = await tx.fetchval(_REMOVE, merchant_id, article_id)
    return title


async def every(tx: Tx, merchant_id: int) -> list[Row]:
    """Return all passages with what is said of their articles, in order."""
    return await tx.fetch(_EVERY, merchant_id)


async def read_anew(tx: Tx, merchant_id: int, rows: Sequence[tuple[int, int, KeptPassage]]) -> None:
    """Write what passages are found by anew: (article, place, passage)."""
    await tx.executemany(
        _READ_ANEW,
        [(merchant_id, article, place, one.vectors, list(one.heading), list(one.tokens), one.read_by) for article, place, one in rows],
    )


async def read(tx: Tx, merchant_id: int, article_id: int) -> KeptArticle | None:
    """Return one article."""
    row = await tx.fetchrow(_ONE, merchant_id, article_id)
    return _kept(row) if row else None


async def by_key(tx: Tx, merchant_id: int, key: str) -> KeptArticle | None:
    """Return one article by its key."""
    row = await tx.fetchrow(_BY_KEY, merchant_id, key)
    return _kept(row) if row else None


async def passages_of(tx: Tx, merchant_id: int, article_id: int) -> list[Row]:
    """Return an article's passages: `place, path, text`."""
    return await tx.fetch(_PASSAGES_OF, merchant_id, article_id)


async def listed(tx: Tx, merchant_id: int, words: str = "", after: tuple[str, int] = ("", 0), most: int = 100) -> list[KeptArticle]:
    """List articles by title, after (lower-case title, id); `words`: those that have them in title or text."""
    like = "%" + words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%" if words else ""
    return [_kept(row) for row in await tx.fetch(_LIST, merchant_id, like, after[0], after[1], most)]


async def count_quote(tx: Tx, merchant_id: int, article_id: int, now: datetime) -> None:
    """Count that an article was quoted."""
    await tx.execute(_QUOTED, merchant_id, article_id, now)
