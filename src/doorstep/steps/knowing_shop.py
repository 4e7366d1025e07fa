"""A question to a shop → what the shop says to it, word for word, with source and date; or that it does not say, which is noted."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.conversations.knowledge.articles import Audience, Passage
from doorstep.conversations.knowledge.cleaning import one_line
from doorstep.conversations.knowledge.encoding import sentence_encoder
from doorstep.conversations.knowledge.quoting import NoAnswer, Quoted, answer
from doorstep.conversations.knowledge.retrieving import Entry, Found, Index, Read, Source, read_by, read_passages
from doorstep.conversations.knowledge.words import words
from doorstep.store import knowledge, unanswered
from doorstep.store.database import Row, Tx
from doorstep.store.knowledge import KeptPassage
from doorstep.store.unanswered import Unanswered

#: Passages of all merchants together that a process has in memory: about 8 kB each.
_MOST_AT_HAND = 20_000
#: Signs of a question that are read.
LONGEST_QUESTION = 500
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
#: Numbers of orders, parcels, telephones.
_LONG_NUMBER = re.compile(r"\+?\b(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{6,}\b|\+?\d[\d\s().-]{5,}\d")


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a question, and why."""

    answer: Quoted | NoAnswer
    #: The likeliest passages, the best first, quoted or not.
    found: tuple[Found, ...]


class _AtHand:
    """Merchants' indexes in memory; whichever was not asked for longest goes first."""

    def __init__(self) -> None:
        self._indexes: OrderedDict[int, tuple[int, Index]] = OrderedDict()

    def get(self, merchant_id: int, version: int) -> Index | None:
        held = self._indexes.get(merchant_id)
        if held is None or held[0] != version:
            return None
        self._indexes.move_to_end(merchant_id)
        return held[1]

    def put(self, merchant_id: int, version: int, index: Index) -> None:
        self._indexes[merchant_id] = (version, index)
        self._indexes.move_to_end(merchant_id)
        while len(self._indexes) > 1 and sum(len(one.entries) for _, one in self._indexes.values()) > _MOST_AT_HAND:
            self._indexes.popitem(last=False)


_AT_HAND = _AtHand()


async def find(
    tx: Tx, merchant_id: int, question: str, language: str, now: datetime, *, conversation_id: int | None = None
) -> Quoted | NoAnswer:
    """Answer a customer's question from what the shop told us; count the quote, or note that there is none.

    Args:
        tx: a transaction that sees the merchant's rows.
        merchant_id: whose shop.
        question: as the customer wrote it.
        language: of the question, BCP 47; "": not known.
        now: the moment.
        conversation_id: where it was asked.
    """
    looked = await look(tx, merchant_id, question, language, now)
    if isinstance(looked.answer, Quoted):
        await knowledge.count_quote(tx, merchant_id, looked.answer.article_id, now)
    else:
        await note_unanswered(tx, merchant_id, question, language, now, looked.answer, conversation_id=conversation_id)
    return looked.answer


async def look(tx: Tx, merchant_id: int, question: str, language: str, now: datetime, *, closed: bool = False) -> Looked:
    """Tell what would be answered, and why, and note nothing; `closed`: from articles for agents as well."""
    index = await _index(tx, merchant_id)
    asked = one_line(question)[:LONGEST_QUESTION]
    found = await asyncio.to_thread(_ask, index, asked, language, now, closed=closed) if index.entries else []
    return Looked(answer=answer(asked, found), found=tuple(found))


async def note_unanswered(
    tx: Tx, merchant_id: int, question: str, language: str, now: datetime, why: NoAnswer, *, conversation_id: int | None = None
) -> None:
    """Put a question on the list of what the shop should write an answer to, without addresses and long numbers."""
    shown = _LONG_NUMBER.sub("…", _MAIL.sub("…", one_line(question)[:LONGEST_QUESTION]))
    one = Unanswered(
        question=shown,
        question_key=" ".join(words(shown))[:200] or shown[:200],
        language=language,
        conversation_id=conversation_id,
        why=why.why.value,
        article_id=why.article_id,
        place=why.place,
        score=why.score,
    )
    await unanswered.note(tx, merchant_id, one, now)


def _ask(index: Index, question: str, language: str, now: datetime, *, closed: bool) -> list[Found]:
    return index.find(question, language, sentence_encoder(), now.date(), closed=closed)


async def _index(tx: Tx, merchant_id: int) -> Index:
    """Return a merchant's index as it stands; read from the database where none or an older one is at hand."""
    version = await knowledge.version(tx, merchant_id)
    index = _AT_HAND.get(merchant_id, version)
    if index is None:
        rows = await knowledge.every(tx, merchant_id)
        entries, anew = await asyncio.to_thread(_entries, rows)
        if anew:
            await knowledge.read_anew(tx, merchant_id, anew)
        index = await asyncio.to_thread(Index, entries)
        _AT_HAND.put(merchant_id, version, index)
    return index


def _entries(rows: Sequence[Row]) -> tuple[list[Entry], list[tuple[int, int, KeptPassage]]]:
    """Make entries of rows; what another version of Doorstep read is read again."""
    current = read_by()
    old = [row for row in rows if row["read_by"] != current]
    passages = [_passage(row) for row in old]
    reads = read_passages(passages, sentence_encoder()) if old else []
    anew = {(row["article_id"], row["place"]): read for row, read in zip(old, reads, strict=True)}
    entries: list[Entry] = []
    for row in rows:
        kept = Read(vectors=row["vectors"], heading=tuple(row["heading"]), tokens=tuple(row["tokens"]))
        read = anew.get((row["article_id"], row["place"]), kept)
        entries.append(Entry(source=_source(row), place=row["place"], passage=_passage(row), read=read))
    written = [
        (article_id, place, kept_passage(_passage(row), read)) for row, ((article_id, place), read) in zip(old, anew.items(), strict=True)
    ]
    return entries, written


def kept_passage(passage: Passage, read: Read) -> KeptPassage:
    """Make a row of a passage that was just read."""
    return KeptPassage(
        path=passage.path, text=passage.text, vectors=read.vectors, heading=read.heading, tokens=read.tokens, read_by=read_by()
    )


def _passage(row: Row) -> Passage:
    return Passage(tuple(row["path"]), row["text"])


def _source(row: Row) -> Source:
    return Source(
        article_id=row["article_id"],
        title=row["title"],
        url=row["url"],
        language=row["language"],
        as_of=row["kept_at"].date(),
        valid_until=row["valid_until"],
        open=row["audience"] == Audience.CUSTOMERS,
    )
