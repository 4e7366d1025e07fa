"""A turn → the contact it belongs to; a span of days → how a merchant's talks went, in whole weeks."""

from datetime import date, datetime

import msgspec

from doorstep.conversations.talks.book import Book
from doorstep.domain.talking.turns import Turned
from doorstep.insights.talks import WITHIN, Counts, TalkInsight, insight_of, is_over, subject_of
from doorstep.store import contacts, talk_figures
from doorstep.store.contacts import Contacted
from doorstep.store.database import Row, Tx

#: Weeks of one look at most: each contact in them is read.
MOST_WEEKS = 53
#: Weeks of a look that names no span.
USUAL_WEEKS = 4


async def note_contact(
    tx: Tx, merchant_id: int, book: Book, row: Row, turned: Turned, order_id: int | None, customer_id: int | None, now: datetime
) -> None:
    """Count a turn (a row of `turns.take`) into what its customer came for."""
    talk = book.talks.get(turned.talk)
    subject = subject_of(turned.talk, talk.intents if talk else (), turned.intent, turned.confidence)
    if subject == "":  # a greeting, thanks
        return
    sitting = await contacts.sitting(tx, merchant_id, row["conversation_id"]) if row["memory"] is not None else []
    if sitting and is_over(sitting[0]["ended_at"], answered=sitting[0]["answered"], at=row["came_at"]):
        sitting = []
    before = next((one for one in sitting if subject is None or one["subject"] in {subject, ""}), None)
    one = Contacted(
        conversation_id=row["conversation_id"],
        person=customer_id or -row["conversation_id"],
        subject=subject or (before["subject"] if before else ""),
        order_id=order_id,
        talk=turned.talk,
        at=row["came_at"],
        sitting_at=sitting[0]["sitting_at"] if sitting else row["came_at"],
        answered=turned.answered,
        answered_at=now if turned.answered else None,
    )
    if before is None:
        await contacts.add(tx, merchant_id, one, WITHIN)
        return
    about = await contacts.go_on(tx, merchant_id, before["contact_id"], one)
    if one.subject and (before["subject"], before["order_id"], before["person"]) != (one.subject, about, one.person):
        told = msgspec.structs.replace(one, order_id=about)
        await contacts.come_back(tx, merchant_id, before["contact_id"], told, before["began_at"], WITHIN)


async def how_talks_went(tx: Tx, merchant_id: int, weeks: tuple[date, date], now: datetime) -> TalkInsight:
    """Tell how talks went; `weeks` as `report.weeks_of` tells them."""
    counted = await talk_figures.counts(tx, merchant_id, weeks, now, WITHIN)
    return insight_of(msgspec.convert(counted, Counts), *weeks)
