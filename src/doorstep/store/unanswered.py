"""Questions that a shop's knowledge has no answer to ↔ rows: noted, listed by how often, settled."""

from datetime import datetime, timedelta

import msgspec

from doorstep.store.database import Row, Tx

#: A question that nobody has an answer to is on the list for so long.
KEPT_FOR = timedelta(days=180)


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was asked and not answered; fields as in schema.sql."""

    question: str
    question_key: str
    language: str
    conversation_id: int | None
    why: str
    article_id: int | None
    place: int | None
    score: float


# Note a question.
_NOTE = """
insert into unanswered (merchant_id, question, question_key, language, conversation_id, at, why, article_id, place, score)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
# Open questions, each once: the most asked first; with the passage that came nearest to the newest asking.
_OPEN = """
select u.unanswered_id, u.question, u.language, u.conversation_id, u.at, u.why, u.score, n.times, u.article_id, u.place, a.title as nearest
from (
    select max(unanswered_id) as newest, count(*) as times from unanswered where merchant_id = $1 and settled_at is null
    group by question_key order by 2 desc, 1 desc limit $2
) n
join unanswered u on u.merchant_id = $1 and u.unanswered_id = n.newest
left join article a on a.merchant_id = $1 and a.article_id = u.article_id
order by n.times desc, u.unanswered_id desc
"""
# One question.
_READ = (
    "select unanswered_id, question, question_key, language, at, settled_at from unanswered where merchant_id = $1 and unanswered_id = $2"
)
# Settle a question, however often it was asked.
_SETTLE = """
update unanswered set settled_at = $3, settled_by = $4 where merchant_id = $1 and settled_at is null
    and question_key = (select question_key from unanswered where merchant_id = $1 and unanswered_id = $2)
"""
_FORGET = "delete from unanswered where at < $1"


async def note(tx: Tx, merchant_id: int, one: Unanswered, now: datetime) -> None:
    """Note a question."""
    await tx.execute(
        _NOTE,
        merchant_id,
        one.question,
        one.question_key,
        one.language,
        one.conversation_id,
        now,
        one.why,
        one.article_id,
        one.place,
        one.score,
    )


async def open_questions(tx: Tx, merchant_id: int, most: int = 50) -> list[Row]:
    """List open questions, each once, the most asked first: `unanswered_id, question, language, at, why, score, times, nearest, …`."""
    return await tx.fetch(_OPEN, merchant_id, most)


async def read(tx: Tx, merchant_id: int, unanswered_id: int) -> Row | None:
    """Return a question: `question, question_key, language, at, settled_at`."""
    return await tx.fetchrow(_READ, merchant_id, unanswered_id)


async def settle(tx: Tx, merchant_id: int, unanswered_id: int, who: str, now: datetime) -> int:
    """Settle a question, however often it was asked; return how often."""
    done = await tx.execute(_SETTLE, merchant_id, unanswered_id, now, who)
    return int(done.rpartition(" ")[2])


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget what was asked longer ago than `KEPT_FOR`."""
    await tx.execute(_FORGET, now - KEPT_FOR)
