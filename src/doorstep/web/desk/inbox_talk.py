"""One conversation → what was said by either side, noted and done among us and understood by the machine, in one order of time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from doorstep.domain.messages import Location
from doorstep.domain.talking.inbox import EntryKind
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store import conversations, handovers, model_turns, reply_files, understood
from doorstep.store.database import Row, Tx
from doorstep.store.extras import extras_of
from doorstep.web.desk.files import ShownFile, shown
from doorstep.web.look.saying import plain

#: Turns of each side that are shown.
MOST_TURNS = 200
#: What was said to somebody so long before they wrote may be what they answer.
_BEFORE = timedelta(days=14)
#: What happened among us, as the conversation shows it.
_SAID = {
    EntryKind.OPENED: "Handed over",
    EntryKind.AGAIN: "A human is wanted again",
    EntryKind.TAKEN: "Taken",
    EntryKind.GIVEN: "Given to",
    EntryKind.RELEASED: "Given back to the queue",
    EntryKind.MOVED: "Moved to",
    EntryKind.SNOOZED: "Put off until",
    EntryKind.WOKEN: "Back",
    EntryKind.LATE: "The answer is late; it was due",
    EntryKind.CLOSED: "Closed",
    EntryKind.RATED: "The customer gave",
}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was said, noted or done."""

    at: datetime
    #: "theirs", "ours", "note" or "event".
    kind: str
    row: Row | None = None
    #: Of a note or an event: what it says, and who it was.
    text: str = ""
    who: str = ""
    #: What it offers (ours), or the one that was chosen (theirs).
    choices: tuple[str, ...] = ()
    place: Location | None = None
    files: Sequence[ShownFile] = ()
    #: What the machine understood of it, and did about it.
    understood: tuple[str, ...] = ()
    did: tuple[str, ...] = ()
    #: The talk that answered; "" none.
    talk: str = ""
    #: What a merchant's model did about it, table model_turn: id and outcome, oldest first.
    models: tuple[tuple[int, str], ...] = ()


class _Scored(msgspec.Struct, frozen=True):
    intent: str
    probability: float = 0.0


class _Named(msgspec.Struct, frozen=True):
    kind: str
    text: str = ""


class _Understood(msgspec.Struct, frozen=True):
    """The part of `domain.talking.understood.Understood` that is shown; one that another version wrote is shown as far as it goes."""

    language: str = ""
    intents: tuple[_Scored, ...] = ()
    wanted: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    entities: tuple[_Named, ...] = ()


class _Did(msgspec.Struct, frozen=True):
    action: str = ""
    outcome: str = ""
    order: str = ""
    code: str = ""
    case: int = 0


async def turns_of(tx: Tx, merchant_id: int, talk: Row, names: Mapping[int, str], shown_of: Mapping[str, str]) -> list[Turn]:
    """Put what came, what we said to the address, and what happened among us in one order of time; `shown_of`: e-mail address → name."""
    came = await _came(tx, merchant_id, talk)
    said, offered = await _said(tx, merchant_id, talk, shown_of)
    among_us = [_entry(row, names) for row in await handovers.entries(tx, merchant_id, talk["conversation_id"], MOST_TURNS)]
    heard = [_heard(row, offered, files) for row, files in came]
    understood_of = await _understood(tx, merchant_id, talk["conversation_id"], heard)
    return sorted((*said, *understood_of, *among_us), key=lambda turn: (turn.at, turn.kind != "theirs"))


async def _came(tx: Tx, merchant_id: int, talk: Row) -> list[tuple[Row, Sequence[ShownFile]]]:
    came = await conversations.replies(tx, merchant_id, talk["conversation_id"], MOST_TURNS)
    files: dict[int, list[ShownFile]] = {}
    for row in await reply_files.of(tx, merchant_id, [row["reply_id"] for row in came]):
        files.setdefault(row["reply_id"], []).append(shown(row))
    return [(row, files.get(row["reply_id"], ())) for row in came]


async def _said(tx: Tx, merchant_id: int, talk: Row, shown_of: Mapping[str, str]) -> tuple[list[Turn], dict[UUID, dict[str, str]]]:
    since = talk["opened_at"] - _BEFORE
    offered: dict[UUID, dict[str, str]] = {}
    turns: list[Turn] = []
    for row in await conversations.told(tx, merchant_id, ChannelKind(talk["channel"]), talk["address"], since, MOST_TURNS):
        choices = extras_of(row["extras"]).choices
        offered[row["message_id"]] = {one.choice_id: one.title for one in choices}
        by = (
            row["why"].removesuffix(" answered at the desk").removesuffix(" answered in the helpdesk")
            if row["template"] == "answer"
            else ""
        )
        who = shown_of.get(by, by.partition("@")[0])
        turns.append(Turn(at=row["created_at"], kind="ours", row=row, who=who, choices=tuple(one.title for one in choices)))
    return turns, offered


def _heard(row: Row, offered: Mapping[UUID, Mapping[str, str]], files: Sequence[ShownFile]) -> Turn:
    chosen = offered.get(row["message_id"], {}).get(row["choice"], row["choice"])
    place = msgspec.json.decode(row["place"], type=Location) if row["place"] else None
    return Turn(at=row["received_at"], kind="theirs", row=row, choices=(chosen,) if chosen else (), place=place, files=files)


def _entry(row: Row, names: Mapping[int, str]) -> Turn:
    who = actor_name(row["actor"], names)
    if row["kind"] == EntryKind.NOTE:
        return Turn(at=row["at"], kind="note", text=row["text"], who=who)
    kind = EntryKind(row["kind"]) if row["kind"] in set(EntryKind) else None
    said = _SAID.get(kind, plain(row["kind"])) if kind else plain(row["kind"])
    text = {EntryKind.RATED: f"{row['text']} of 5"}.get(kind, row["text"]) if kind else row["text"]
    if kind is EntryKind.GIVEN and text.isdigit():
        text = names.get(int(text), text)
    if kind in {EntryKind.OPENED, EntryKind.CLOSED}:
        text = f": {plain(text).lower()}"
    return Turn(at=row["at"], kind="event", text=f"{said}{'' if text.startswith(':') else ' '}{text}".strip(), who=who)


def actor_name(actor: str, names: Mapping[int, str]) -> str:
    """Tell who "user 7" is; a key, a rule and the talk are called what they are."""
    kind, _, number = actor.partition(" ")
    if kind == "user" and number.isdigit():
        return names.get(int(number), actor)
    if kind == "helpdesk":
        return "in the helpdesk"
    return {"rule": "by rule", "talk": "by the talk", "customer": ""}.get(actor, actor)


async def _understood(tx: Tx, merchant_id: int, conversation_id: int, heard: Sequence[Turn]) -> list[Turn]:
    """Put what was understood, and which talk or model answered, to the words that it was understood of."""
    rows = {row["reply_id"]: row for row in await understood.turns(tx, merchant_id, conversation_id, MOST_TURNS)}
    asked: dict[int, tuple[tuple[int, str], ...]] = {}
    for one in await model_turns.of_conversation(tx, merchant_id, conversation_id):
        asked[one["turn_id"]] = (*asked.get(one["turn_id"], ()), (one["model_turn_id"], one["outcome"]))
    return [_with(turn, rows[turn.row["reply_id"]], asked) if turn.row and turn.row["reply_id"] in rows else turn for turn in heard]


def _with(turn: Turn, row: Row, asked: Mapping[int, tuple[tuple[int, str], ...]]) -> Turn:
    return msgspec.structs.replace(
        turn,
        understood=_words_of(row["understood"]),
        did=_deeds_of(row["did"]),
        talk=row["talk"] or "",
        models=asked.get(row["turn_id"], ()),
    )


def _words_of(text: str | None) -> tuple[str, ...]:
    try:
        one = msgspec.json.decode(text or "{}", type=_Understood, strict=False)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return ()
    sure = {scored.intent: scored.probability for scored in one.intents}
    wanted = tuple(f"{plain(intent)} {sure[intent]:.0%}" if intent in sure else plain(intent) for intent in one.wanted)
    if not wanted and one.intents and not one.acts and not one.entities:
        wanted = (f"not sure: {plain(one.intents[0].intent)} {one.intents[0].probability:.0%}",)
    return (*wanted, *(plain(act) for act in one.acts), *(f"{plain(named.kind)}: {named.text}" for named in one.entities if named.text))


def _deeds_of(text: str | None) -> tuple[str, ...]:
    try:
        deeds = msgspec.json.decode(text or "[]", type=list[_Did], strict=False)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return ()
    return tuple(
        " ".join(
            part for part in (plain(one.action), plain(one.outcome).lower(), plain(one.code).lower() if one.code else "", one.order) if part
        )
        for one in deeds
        if one.action
    )
