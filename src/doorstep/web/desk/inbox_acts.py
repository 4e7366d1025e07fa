"""What an agent does in the inbox: answers, notes, takes, gives, puts off, closes; each once, and none over a colleague's head unawares."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.handing.macros import holes_left
from doorstep.domain.talking.inbox import CloseReason, MacroAct
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps import handover_moves
from doorstep.steps.saying import LONGEST, Hindrance, say
from doorstep.steps.work import utc_now
from doorstep.store import agents, chat, handovers, macros
from doorstep.store.database import Tx
from doorstep.store.handovers import Handover, Look
from doorstep.web.desk.doors import id_of, note, tenant_of, user_of
from doorstep.web.desk.inbox import changed_since, chosen_in, inbox_page, read_talk
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text, is_token
from doorstep.web.look.saying import sentence
from doorstep.web.network import Buckets

#: That one user types is told so often a minute at most, in all their conversations.
_TYPED = Buckets(60, timedelta(minutes=1).total_seconds())
#: At what time of the shop's day something put off to a day comes back.
_MORNING = time(9)
_MOST_DAYS = 366
Work = Callable[[Tx, Handover], Awaitable[str]]


@post("/inbox/{conversation_id:int}/answer", status_code=HTTP_200_OK, include_in_schema=False)
async def answer_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Answer by the same channel, once for each form that was shown, and not unawares over what happened meanwhile."""
    form, user, tenant, now = await request.form(), user_of(request), tenant_of(request), utc_now()
    text, once = clean_lines(form.get("text"), LONGEST + 1), clean_text(form.get("once"), 40)
    if not is_token(once):
        raise BadInputError("open the conversation again and retry")
    done, news, said = "sent", "", None
    try:
        _check_filled(text)
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            talk = await read_talk(tx, user.merchant_id, conversation_id, lock=True)
            news = await changed_since(tx, user.merchant_id, talk, clean_text(form.get("seen"), 60), user.email, now)
            said = await say(tx, tenant, talk, text, user.email, once, now) if not news else None
            if said is True:
                await note(tx, request, "answer", f"conversation {conversation_id}")
                one = await handover_moves.answered(tx, tenant, conversation_id, user.user_id, now)
                await _count_macro(tx, user.merchant_id, form)
                done = await _then(tx, request, one, clean_text(form.get("then"), 20), now)
    except (BadInputError, ConflictError) as error:
        return await inbox_page(request, conversation_id, error=f"{sentence(error)}.", typed=text, status=422)
    if news or isinstance(said, Hindrance):
        told = f"{news} Read it, then send again." if news else "It was not sent."
        return await inbox_page(request, conversation_id, error=told, typed=text, status=409)
    return _to(request, conversation_id, done)


def _check_filled(text: str) -> None:
    """Check that nothing of a macro was left open.

    Raises:
        BadInputError: a hole is still there.
    """
    if left := holes_left(text):
        raise BadInputError(f"fill in {', '.join(f'{{{hole}}}' for hole in left)} first")


async def _count_macro(tx: Tx, merchant_id: int, form: FormMultiDict) -> None:
    key = clean_text(form.get("macro"), 20).removeprefix("m")
    if key.isascii() and key.isdigit():
        await macros.used(tx, merchant_id, id_of(int(key)))


async def _then(tx: Tx, request: AnyRequest, one: Handover, then: str, now: datetime) -> str:
    """Do what is to be done once the answer is sent; return what is told of it."""
    user, tenant = user_of(request), tenant_of(request)
    if then == MacroAct.CLOSE:
        await note(tx, request, "close_conversation", f"conversation {one.conversation_id}")
        closed = await handover_moves.close(tx, tenant, one.handover_id, CloseReason.SOLVED, f"user {user.user_id}", now)
        asked = await handovers.one(tx, user.merchant_id, closed.handover_id)
        return "closed-asked" if asked and asked.csat_asked_at else "closed"
    if then == MacroAct.SNOOZE:
        await handover_moves.snooze(tx, user.merchant_id, one.handover_id, _until(request, "tomorrow", now), f"user {user.user_id}", now)
        return "snoozed"
    return "sent"


def _to(request: AnyRequest, conversation_id: int | None, done: str) -> Redirect:
    """Lead back to the list as it was narrowed."""
    where = f"/desk/inbox/{conversation_id}" if conversation_id else "/desk/inbox"
    return Redirect(f"{where}{chosen_in(request).query(done=done)}", status_code=303)


async def _open(tx: Tx, merchant_id: int, conversation_id: int) -> Handover:
    one = await handovers.open_of(tx, merchant_id, conversation_id)
    if one is None:
        raise ConflictError("nobody has to look at this conversation any more")
    return one


async def _do(request: AnyRequest, conversation_id: int, action: str, work: Work) -> Response[Any]:
    """Do something with the hand-over of a conversation, note it, and show the conversation again."""
    user = user_of(request)
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            await read_talk(tx, user.merchant_id, conversation_id)
            done = await work(tx, await _open(tx, user.merchant_id, conversation_id))
            await note(tx, request, action, f"conversation {conversation_id}")
    except (BadInputError, ConflictError) as error:
        return await inbox_page(request, conversation_id, error=f"{sentence(error)}.", status=409)
    return _to(request, conversation_id, done)


@post("/inbox/next", status_code=HTTP_200_OK, include_in_schema=False)
async def take_next(request: AnyRequest) -> Redirect:
    """Take the most urgent conversation that one can help with."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        one = await handover_moves.take_next(tx, user.merchant_id, user.user_id, utc_now())
        if one is not None:
            await note(tx, request, "take_conversation", f"conversation {one.conversation_id}")
    return _to(request, one.conversation_id if one else None, "taken" if one else "none")


@post("/inbox/presence", status_code=HTTP_200_OK, include_in_schema=False)
async def set_presence(request: AnyRequest) -> Redirect:
    """Say that one is there, or away."""
    user, here = user_of(request), (await request.form()).get("presence") == "available"
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await agents.set_presence(tx, user.merchant_id, user.user_id, available=here)
    return _to(request, None, "here" if here else "away")


@post("/inbox/{conversation_id:int}/take", status_code=HTTP_200_OK, include_in_schema=False)
async def take_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Take it, handed over or not: the machine is silent from now on."""
    user, tenant = user_of(request), tenant_of(request)
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            await handover_moves.take_over(tx, tenant, id_of(conversation_id), user.user_id, utc_now())
            await note(tx, request, "take_conversation", f"conversation {conversation_id}")
    except ConflictError as error:
        return await inbox_page(request, conversation_id, error=f"{sentence(error)}.", status=409)
    return _to(request, conversation_id, "taken")


@post("/inbox/{conversation_id:int}/give", status_code=HTTP_200_OK, include_in_schema=False)
async def give_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Give it to a colleague, to another queue, or back."""
    form, user, tenant, now = await request.form(), user_of(request), tenant_of(request), utc_now()
    kind, _, name = clean_text(form.get("to"), 60).partition(" ")

    async def work(tx: Tx, one: Handover) -> str:
        actor = f"user {user.user_id}"
        if kind == "queue":
            await handover_moves.move(tx, tenant, one.handover_id, name, actor, now)
            return "moved"
        to = int(name) if kind == "user" and name.isascii() and name.isdigit() else None
        if kind == "user" and to is None:
            raise BadInputError("choose somebody")
        await handover_moves.give(tx, user.merchant_id, one.handover_id, to, actor, now)
        return "released" if to is None else "given"

    return await _do(request, conversation_id, "give_conversation", work)


@post("/inbox/{conversation_id:int}/snooze", status_code=HTTP_200_OK, include_in_schema=False)
async def snooze_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Put it off."""
    form, user, now = await request.form(), user_of(request), utc_now()
    chosen, day = clean_text(form.get("until"), 20), clean_text(form.get("day"), 20)

    async def work(tx: Tx, one: Handover) -> str:
        until = _until(request, day if chosen == "day" else chosen, now)
        await handover_moves.snooze(tx, user.merchant_id, one.handover_id, until, f"user {user.user_id}", now)
        return "snoozed"

    return await _do(request, conversation_id, "snooze_conversation", work)


def _until(request: AnyRequest, chosen: str, now: datetime) -> datetime:
    """Read until when: "hour", "tomorrow", or a day, at nine by the shop's clock.

    Raises:
        BadInputError: it is no such thing, or too far away.
    """
    if chosen == "hour":
        return now + timedelta(hours=1)
    zone = ZoneInfo(tenant_of(request).handing.hours.zone)
    try:
        day = now.astimezone(zone).date() + timedelta(days=1) if chosen == "tomorrow" else date.fromisoformat(chosen)
    except ValueError as error:
        raise BadInputError("choose until when: in an hour, tomorrow, or a day") from error
    until = datetime.combine(day, _MORNING, zone).astimezone(UTC)
    if until - now > timedelta(days=_MOST_DAYS):
        raise BadInputError("choose a day within a year")
    return until


@post("/inbox/{conversation_id:int}/close", status_code=HTTP_200_OK, include_in_schema=False)
async def close_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Close it, for a reason."""
    reason, user, tenant = clean_text((await request.form()).get("reason"), 20), user_of(request), tenant_of(request)

    async def work(tx: Tx, one: Handover) -> str:
        if reason not in set(CloseReason) - {CloseReason.RESUMED}:
            raise BadInputError("choose why it is closed")
        closed = await handover_moves.close(tx, tenant, one.handover_id, CloseReason(reason), f"user {user.user_id}", utc_now())
        asked = await handovers.one(tx, user.merchant_id, closed.handover_id)
        return "closed-asked" if asked and asked.csat_asked_at else "closed"

    return await _do(request, conversation_id, "close_conversation", work)


@post("/inbox/{conversation_id:int}/note", status_code=HTTP_200_OK, include_in_schema=False)
async def note_talk(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Note something for colleagues."""
    text, user = clean_lines((await request.form()).get("note"), handover_moves.LONGEST_NOTE + 1), user_of(request)
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            await handover_moves.note_on(tx, user.merchant_id, id_of(conversation_id), text, f"user {user.user_id}", utc_now())
            await note(tx, request, "note_on_conversation", f"conversation {conversation_id}")
    except BadInputError as error:
        return await inbox_page(request, conversation_id, error=f"{sentence(error)}.", noted=text, status=422)
    return _to(request, conversation_id, "noted")


@post("/inbox/{conversation_id:int}/typing", status_code=204, include_in_schema=False)
async def tell_typing(request: AnyRequest, conversation_id: FromPath[int]) -> None:
    """Tell colleagues, and the customer's chat, that somebody writes an answer; nothing is kept of it."""
    user = user_of(request)
    if wait_s := _TYPED.take(str(user.user_id)):
        raise TooManyRequestsException("this was too often; wait a little", headers={"retry-after": str(int(wait_s) + 1)})
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        talk = await read_talk(tx, user.merchant_id, conversation_id)
        agent = await agents.one(tx, user.merchant_id, user.user_id)
        if agent is None:
            raise NotFoundError("there is nobody who types")
        await handovers.tell_look(
            tx,
            Look(merchant_id=user.merchant_id, conversation_id=talk["conversation_id"], user_id=user.user_id, name=agent.shown, types=True),
        )
        if talk["channel"] == ChannelKind.CHAT:
            await chat.tell_typing(tx, user.merchant_id, talk["address"])
