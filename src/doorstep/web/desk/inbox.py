"""Conversations that want a human → one screen: who waits, what was said, and all that is known of whom one talks with."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from doorstep.domain.talking.inbox import CloseReason
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.handover_moves import LONGEST_NOTE
from doorstep.steps.helpdesk_links import helpdesk_of
from doorstep.steps.saying import LONGEST, hindrance, window_until
from doorstep.steps.suggesting import Suggested, suggest
from doorstep.steps.work import utc_now
from doorstep.store import agents, conversations, handover_lists, handovers, macros
from doorstep.store.agents import Agent
from doorstep.store.database import Row, Tx
from doorstep.store.handover_lists import View
from doorstep.web.desk.doors import framed_page, id_of, tenant_of, user_of
from doorstep.web.desk.inbox_live import desks_of
from doorstep.web.desk.inbox_offers import holes_of, macros_of, offered, suggested, wishes
from doorstep.web.desk.inbox_rows import PRIORITIES, REASONS, Line, ago, line_of, line_of_talk, mark_of, marked, name_of
from doorstep.web.desk.inbox_story import story_of
from doorstep.web.desk.inbox_talk import MOST_TURNS, Turn, turns_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.rendering import ASKING_CSP

_PAGE = 50
_CSAT_DAYS = 30
_FAR = (datetime(9999, 1, 1, tzinfo=UTC), 2**63 - 1)
#: Every conversation, with or without a human, as `?view=`.
EVERYTHING = "everything"
_VIEWS = {View.WAITING: "Unassigned", View.MINE: "Mine", View.ALL: "All open", View.SNOOZED: "Snoozed", View.CLOSED: "Closed"}
CLOSINGS = {
    CloseReason.SOLVED: "Solved",
    CloseReason.SILENT: "Customer does not answer",
    CloseReason.NOTHING: "Nothing to answer",
    CloseReason.ELSEWHERE: "Answered elsewhere",
    CloseReason.SPAM: "Spam",
    CloseReason.ABUSE: "Abuse",
}
_DONE = {
    "sent": "Your answer is on its way.",
    "taken": "It is yours.",
    "released": "Given back to the queue.",
    "given": "Given on.",
    "moved": "Moved.",
    "snoozed": "Put off. It comes back then, or when the customer writes.",
    "closed": "Closed.",
    "closed-asked": "Closed. The customer is asked how it was.",
    "noted": "Noted.",
    "fetch": "The file is fetched within seconds; look again.",
    "none": "Nobody waits whom you can help. Well done.",
    "here": "You are there: conversations may be given to you.",
    "away": "You are away: no conversation is given to you.",
}


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the list is narrowed to, as the address says it."""

    #: A `View`, or EVERYTHING.
    view: str = View.ALL
    queue: str = ""
    language: str = ""
    words: str = ""

    def query(self, **more: str) -> str:
        """Write it into an address: "?view=mine", or ""."""
        said = {"view": self.view if self.view != View.ALL else "", "queue": self.queue, "language": self.language, "q": self.words} | more
        kept = {name: value for name, value in said.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def chosen_in(request: AnyRequest) -> Chosen:
    """Read what the list is narrowed to."""
    asked = request.query_params
    view = clean_text(asked.get("view"), 20)
    return Chosen(
        view=view if view in {*View, EVERYTHING} else View.ALL,
        queue=clean_text(asked.get("queue"), 32),
        language=clean_text(asked.get("language"), 8).lower(),
        words=clean_text(asked.get("q"), 200),
    )


@get("/inbox", include_in_schema=False)
async def inbox(request: AnyRequest) -> Response[str]:
    """Show the list."""
    return await inbox_page(request, None)


@get("/inbox/{conversation_id:int}", include_in_schema=False)
async def inbox_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[str]:
    """Show the list, a conversation and its customer's story."""
    return await inbox_page(request, conversation_id)


@get("/conversations", include_in_schema=False)
async def old_list(request: AnyRequest) -> Redirect:
    """Lead to where conversations are now."""
    return Redirect("/desk/inbox?view=everything" if request.query_params.get("show") == "all" else "/desk/inbox", status_code=303)


@get("/conversations/{conversation_id:int}", include_in_schema=False)
async def old_talk(conversation_id: FromPath[int]) -> Redirect:
    """Lead to where a conversation is now."""
    return Redirect(f"/desk/inbox/{conversation_id}", status_code=303)


async def inbox_page(
    request: AnyRequest, conversation_id: int | None, *, error: str = "", typed: str = "", noted: str = "", status: int = 200
) -> Response[str]:
    """Answer with the inbox; `typed` and `noted` are what was filled in and could not be taken."""
    user, tenant, chosen, now = user_of(request), tenant_of(request), chosen_in(request), utc_now()
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        everybody = await agents.every(tx, user.merchant_id)
        names = await agents.names(tx, user.merchant_id)
        lines, more = await _lines(tx, tenant, chosen, user.user_id, names, request, now)
        around = await _around(tx, tenant, chosen, user.user_id, now)
        here = await _talk(tx, request, tenant, conversation_id, everybody, names, now) if conversation_id is not None else {}
    values: dict[str, Any] = {
        "lines": lines,
        "more": more,
        "chosen": chosen,
        "query": chosen.query(),
        "here": chosen.query(after=clean_text(request.query_params.get("after"), 80)),
        "views": _VIEWS,
        "everything": EVERYTHING,
        "queues": tenant.handing.queues,
        "agents": everybody,
        "me": next((one for one in everybody if one.user_id == user.user_id), None),
        "current": conversation_id or 0,
        "talk": None,
        "error": error,
        "typed": typed,
        "noted": noted,
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
    return framed_page(request, "inbox.html", ASKING_CSP, status, {**values, **around, **here, **_again(here, typed)})


def _again(here: Mapping[str, Any], typed: str) -> dict[str, Any]:
    """Give a refused answer back as it was typed, else what was chosen to begin with."""
    return {"typed": typed} if typed else {"typed": here.get("begun", "")}


async def _lines(
    tx: Tx, tenant: Tenant, chosen: Chosen, user_id: int, names: Mapping[int, str], request: AnyRequest, now: datetime
) -> tuple[list[Line], str]:
    """List what was chosen, and the address of what follows; "" nothing does."""
    merchant_id, before = tenant.merchant.merchant_id, clean_text(request.query_params.get("after"), 80)
    if chosen.words:
        found = await handover_lists.search(tx, merchant_id, chosen.words)
        return await _with_handovers(tx, tenant, found, names, now), ""
    if chosen.view == EVERYTHING:
        mark = marked(before, timed=True) or _FAR
        rows = await conversations.page(tx, merchant_id, (mark[0], mark[1]), _PAGE + 1, only_open=False)
        shown = await _with_handovers(tx, tenant, rows[:_PAGE], names, now)
        key = mark_of((rows[_PAGE - 1]["last_in_at"], rows[_PAGE - 1]["conversation_id"])) if len(rows) > _PAGE else ""
        return shown, chosen.query(after=key) if key else ""
    view = View(chosen.view)
    rows = await handover_lists.page(
        tx,
        merchant_id,
        view,
        user_id=user_id,
        queue=chosen.queue,
        language=chosen.language,
        after=marked(before, timed=view in {View.SNOOZED, View.CLOSED}),
        most=_PAGE + 1,
    )
    key = mark_of(handover_lists.key_of(view, rows[_PAGE - 1])) if len(rows) > _PAGE else ""
    return [line_of(row, names, tenant.handing, now) for row in rows[:_PAGE]], chosen.query(after=key) if key else ""


async def _with_handovers(tx: Tx, tenant: Tenant, rows: Sequence[Row], names: Mapping[int, str], now: datetime) -> list[Line]:
    ids = [row["conversation_id"] for row in rows]
    handed = {row["conversation_id"]: row for row in await handover_lists.of(tx, tenant.merchant.merchant_id, ids)}
    return [
        line_of(handed[row["conversation_id"]], names, tenant.handing, now) if row["conversation_id"] in handed else line_of_talk(row, now)
        for row in rows
    ]


async def _around(tx: Tx, tenant: Tenant, chosen: Chosen, user_id: int, now: datetime) -> dict[str, Any]:
    merchant_id = tenant.merchant.merchant_id
    counts = await handover_lists.counts(tx, merchant_id, now)
    mine = await handover_lists.counts_of_agents(tx, merchant_id, [user_id])
    return {
        "counts": counts | {"mine": mine.get(user_id, 0)},
        "most_counted": handover_lists.MOST_COUNTED,
        "of_queues": await handover_lists.counts_of_queues(tx, merchant_id, [one.name for one in tenant.handing.queues]),
        "languages": await handover_lists.languages(tx, merchant_id),
        "csat": await handover_lists.csat(tx, merchant_id, now - timedelta(days=_CSAT_DAYS)) if chosen.view == View.CLOSED else None,
        "csat_days": _CSAT_DAYS,
    }


async def read_talk(tx: Tx, merchant_id: int, conversation_id: int, *, lock: bool = False) -> Row:
    """Read a conversation.

    Raises:
        NotFoundError: there is none such.
    """
    row = await conversations.one(tx, merchant_id, id_of(conversation_id), lock=lock)
    if row is None:
        raise NotFoundError("there is no such conversation")
    return row


async def mark_seen(tx: Tx, merchant_id: int, talk: Row) -> str:
    """Name how far a conversation has come: its newest words of the customer's, and of ours by hand."""
    last = next(iter(await conversations.replies(tx, merchant_id, talk["conversation_id"], 1)), None)
    answer = await conversations.last_by_hand(tx, merchant_id, ChannelKind(talk["channel"]), talk["address"], talk["opened_at"])
    return f"{last['reply_id'] if last else 0}-{answer['message_id'].hex if answer else 0}"


async def _talk(
    tx: Tx, request: AnyRequest, tenant: Tenant, conversation_id: int, everybody: Sequence[Agent], names: Mapping[int, str], now: datetime
) -> dict[str, Any]:
    user, merchant_id = user_of(request), tenant.merchant.merchant_id
    talk = await read_talk(tx, merchant_id, conversation_id)
    past = await handovers.of_conversation(tx, merchant_id, conversation_id)
    one = past[0] if past else None
    turns = await turns_of(tx, merchant_id, talk, names, {each.email: each.shown for each in everybody})
    story = await story_of(tx, merchant_id, talk, talk["order_id"] or (one.order_id if one else None))
    said = [turn for turn in turns if turn.kind == "theirs" and turn.row is not None]
    named = next((turn.row["sender_name"] for turn in reversed(said) if turn.row and turn.row["sender_name"]), "")
    buyer = story.about.order.customer if story.about and talk["customer_id"] and talk["channel"] == ChannelKind.CHAT else None
    bought = " ".join(one for one in (buyer.first_name, buyer.last_name) if one) if buyer else ""
    who = name_of(named or bought, talk["channel"], talk["address"])
    agent = next((each.shown for each in everybody if each.user_id == user.user_id), user.email.partition("@")[0])
    language = (one.language if one else "") or tenant.brand.default_locale.partition("-")[0]
    words = said[-1].row["text"] if said and said[-1].row else ""
    came = await _suggested(tx, request, tenant, talk, turns, now)
    came = msgspec.structs.replace(came, intent=came.intent or (one.intent if one else ""))
    holes = holes_of(tenant, story, who, agent)
    ready = offered(tenant, macros_of(await macros.every(tx, merchant_id)), story, holes, language, words, came)
    begun = next((each for each in ready if each.key == request.query_params.get("macro")), None)
    row = next(iter(await handover_lists.of(tx, merchant_id, [conversation_id])), None)
    return {
        "talk": talk,
        "who": who,
        "handover": one,
        "line": line_of(row, names, tenant.handing, now) if row else None,
        "past": [each for each in past if not each.open],
        "reasons": REASONS,
        "priorities": PRIORITIES,
        "turns": turns,
        "most": MOST_TURNS,
        "story": story,
        "ready": ready,
        "suggested": suggested(ready),
        "begun": begun.text if begun else "",
        "begun_key": begun.key if begun else "",
        "wishes": wishes(story, came.intent, came.action),
        "closings": CLOSINGS,
        "others": desks_of(request).others(merchant_id, conversation_id, user.user_id),
        "there": await helpdesk_of(tx, tenant, conversation_id),
        "seen": await mark_seen(tx, merchant_id, talk),
        "once": secrets.token_urlsafe(12),
        "longest": LONGEST,
        "longest_note": LONGEST_NOTE,
        "names": names,
        "hindered": await hindrance(tx, tenant, talk, now),
        "tomorrow": (now + timedelta(days=1)).date().isoformat(),
        **_through(tenant, talk, now),
    }


async def _suggested(tx: Tx, request: AnyRequest, tenant: Tenant, talk: Row, turns: Sequence[Turn], now: datetime) -> Suggested:
    """Look what our talk would say, where the customer waits for an answer."""
    last = next((turn for turn in reversed(turns) if turn.kind == "theirs" or (turn.who and turn.kind == "ours")), None)
    if last is None or last.kind != "theirs" or last.row is None:
        return Suggested()
    house = house_of(request)
    return await suggest(house.database, tx, house.directory, tenant, talk, last.row, now)


def _through(tenant: Tenant, talk: Row, now: datetime) -> Mapping[str, Any]:
    """Tell of the connection a conversation goes through, and until when its provider takes free text."""
    connection = tenant.connections.get(talk["connection_id"])
    until = window_until(connection, talk["last_in_at"]) if connection else None
    hours = round((until - talk["last_in_at"]).total_seconds() / 3600) if until else 0
    return {"connection": connection, "until": until, "is_past": until is not None and until <= now, "hours": hours}


async def changed_since(tx: Tx, merchant_id: int, talk: Row, seen: str, email: str, now: datetime) -> str:
    """Say what happened in a conversation since somebody looked at it; "": nothing that they should see before they answer."""
    reply_id, _, answer_id = seen.partition("-")
    answer = await conversations.last_by_hand(tx, merchant_id, ChannelKind(talk["channel"]), talk["address"], talk["opened_at"])
    if answer and answer["message_id"].hex != answer_id and not answer["why"].startswith(f"{email} "):
        who = answer["why"].removesuffix(" answered at the desk").partition("@")[0]
        return f"{who} answered {ago(answer['created_at'], now)}."
    last = next(iter(await conversations.replies(tx, merchant_id, talk["conversation_id"], 1)), None)
    if last and reply_id.isdigit() and last["reply_id"] > int(reply_id):
        return f"The customer wrote again {ago(last['received_at'], now)}."
    return ""
