"""A talk tried at the desk: as one of the shop's customers or nobody, with the draft or what is live; real records are read, nothing is done."""

from typing import Any

from litestar import Response, get, post
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.talks.book import book_of
from doorstep.conversations.talks.changing import title_of
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import NotFoundError
from doorstep.steps.talk_trying import Tried, TriedTurn, begun, opened, sealed, try_turn
from doorstep.steps.work import utc_now
from doorstep.web.desk.doors import desk_page, tenant_of, user_of
from doorstep.web.desk.talks import working
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_LONGEST = 1000
#: Of the sealed talk in the form: twenty turns are far shorter.
_LONGEST_STATE = 400_000
_CHANNELS = {ChannelKind.CHAT: "Chat", ChannelKind.WHATSAPP: "WhatsApp", ChannelKind.SMS: "Text message", ChannelKind.EMAIL: "E-mail"}


@get("/talks/try", include_in_schema=False)
async def try_talk(request: AnyRequest) -> Response[str]:
    """Begin a talk."""
    return await _page(request, begun("", ChannelKind.CHAT), which="draft")


@post("/talks/try", status_code=HTTP_200_OK, include_in_schema=False)
async def say_in_tried_talk(request: AnyRequest) -> Response[str]:
    """Take one turn of it; what was said before came sealed with the form."""
    form, tenant, house = await request.form(), tenant_of(request), house_of(request)
    merchant_id = tenant.merchant.merchant_id
    which = "live" if form.get("which") == "live" else "draft"
    email, channel = clean_text(form.get("email"), 320).casefold(), _channel(form.get("channel"))
    text, choice = clean_text(form.get("text"), _LONGEST), clean_text(form.get("choice"), 200)
    tried, told = begun(email, channel), ""
    state = form.get("state")
    if isinstance(state, str) and state and form.get("anew") != "yes":
        try:
            kept = opened(state[:_LONGEST_STATE], house.directory.sealer, merchant_id)
        except NotFoundError:
            kept, told = None, "The talk before could not be read: it begins anew."
        if kept is not None and (kept.email, kept.channel) == (email, channel):
            tried = kept
    if text or choice in tried.offered:
        async with house.database.for_merchant(merchant_id) as tx:
            live, draft = await working(tx, merchant_id)
        version = live if which == "live" or draft is None else draft
        tried = await try_turn(house.database, house.directory, tenant, book_of(version.changes), tried, text, choice, utc_now())
    return await _page(request, tried, which=which, told=told)


async def _page(request: AnyRequest, tried: Tried, *, which: str, told: str = "") -> Response[str]:
    merchant_id, house = user_of(request).merchant_id, house_of(request)
    async with house.database.for_merchant(merchant_id) as tx:
        live, draft = await working(tx, merchant_id)
    values: dict[str, Any] = {
        "tried": tried,
        "turns": [(one, why(one)) for one in tried.turns],
        "state": sealed(tried, house.directory.sealer, merchant_id) if tried.turns else "",
        "which": which if draft else "live",
        "live": live,
        "draft": draft,
        "channels": _CHANNELS,
        "told": told,
        "title_of": title_of,
        "longest": _LONGEST,
    }
    return desk_page(request, "talks_try.html", **values)


def why(turn: TriedTurn) -> str:
    """Say in words why this talk answered."""
    if turn.pressed:
        reason = f"“{turn.pressed}” was chosen"
    elif turn.awaited and not turn.understood.wanted:
        reason = f"it was taken as the answer to what was asked before ({turn.awaited.replace('_', ' ')})"
    elif turn.understood.maybe and not turn.talk:
        reason = "it may mean several things, so it asks which"
    elif turn.intent:
        reason = f"it was understood as {turn.intent}"
    else:
        reason = "nothing of the kind was understood"
    if not turn.handover:
        return reason
    return f"{reason}; a person takes over ({turn.handover.replace('_', ' ')})"


def _channel(given: object) -> ChannelKind:
    name = clean_text(given, 20)
    return next((one for one in _CHANNELS if one == name), ChannelKind.CHAT)
