"""The talks at the desk: what customers may come with and what answers them, switches, the draft, what is live, and back."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.talks.book import Book, Changes, Talk, book_of, house
from doorstep.conversations.talks.changing import check, differences, only_words, title_of, with_next, with_switch
from doorstep.conversations.talks.showing import every_talk
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.talking.intents import MEANINGS, Intent
from doorstep.errors import NotFoundError
from doorstep.steps import talk_versions
from doorstep.steps.talk_versions import FaultyTalksError, Version
from doorstep.steps.work import utc_now
from doorstep.store import talk_versions as kept_talks
from doorstep.store.database import Tx
from doorstep.web.desk import roles
from doorstep.web.desk.doors import desk_page, tenant_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

#: Days back over which turns are counted.
_COUNTED_DAYS = 28
_LONGEST_NOTE = 300
#: A number of a version is a PostgreSQL int.
_MOST_VERSION = 2**31 - 1
_SAVED = {
    "live": "It is live: customers are answered with it from now on.",
    "dropped": "The draft is thrown away.",
    "on": "The machine answers customers again.",
    "off": "The machine is off: every message waits for a person.",
    "draft": "Kept in the draft. Nothing has changed for your customers yet.",
    "same": "Nothing was changed.",
}
#: What a talk needs → in words.
_NEEDS = {
    "identity": "who it is",
    "order": "which order",
    "shipment": "which parcel",
    "units": "which items",
    "swaps": "what instead",
    "on": "a day",
    "until": "until when",
    "window": "hours",
    "point": "which pick-up point",
    "place": "which place",
    "there": "whether somebody is there",
    "ready": "whether the cash is ready",
    "cancel_reason": "why",
    "reason": "why",
    "case": "which return",
    "made_out_to": "to whom",
}
_TELLS = {
    "status": "where it is",
    "late": "whether it is late",
    "details": "what was ordered",
    "cases": "how far returns are",
    "refund": "where the money is",
    "contact": "how to reach you",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One talk in the list."""

    talk: Talk
    title: str
    starts: list[str]
    needs: list[str]
    does: list[str]
    following: list[tuple[str, str]]
    #: Turns it answered, and of them handed to a human.
    turns: int
    handed: int
    #: Languages in which it has words of the merchant's own.
    own: list[str]


@get("/talks", include_in_schema=False)
async def list_talks(request: AnyRequest) -> Response[str]:
    """List the talks as the draft has them, or as they are live where there is no draft."""
    return await _page(request)


async def _page(request: AnyRequest, *, wrong: list[str] | None = None) -> Response[str]:
    tenant = tenant_of(request)
    merchant_id = tenant.merchant.merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        live, draft = await talk_versions.in_force(tx, merchant_id), await talk_versions.draft(tx, merchant_id)
        counted = await kept_talks.counts(tx, merchant_id, utc_now() - timedelta(days=_COUNTED_DAYS))
        every = await kept_talks.versions(tx, merchant_id)
    book = book_of((draft or live).changes)
    values: dict[str, Any] = {
        "live": live,
        "draft": draft,
        "differences": differences(live.changes, draft.changes) if draft else [],
        "faults": wrong if wrong is not None else check(draft.changes) if draft else [],
        "may_put_live": draft is not None and _may_put_live(request, live, draft),
        "groups": {title: [_row(one, book, counted) for one in talks] for title, talks in every_talk(book).items()},
        "counted_days": _COUNTED_DAYS,
        "versions": every,
        "left_out": tenant.talks_left_out,
        "may_switch": may_switch(request),
        "longest_note": _LONGEST_NOTE,
        "saved": _SAVED.get(request.query_params.get("saved", ""), ""),
    }
    return desk_page(request, "talks.html", status=422 if wrong else 200, **values)


def row_of(talk: Talk, book: Book) -> Row:
    """Put a talk in words, without counts."""
    return _row(talk, book, {})


def _row(talk: Talk, book: Book, counted: dict[str, tuple[int, int]]) -> Row:
    turns, handed = counted.get(talk.slug, (0, 0))
    prefix = f"talk.{talk.slug}"
    chosen = [choice.replace("_", " ") for choice, slug in book.choices.items() if slug == talk.slug]
    does = [f"tells {_TELLS.get(one, one.replace('_', ' '))}" for one in talk.tells if one in _TELLS]
    does += [action_words(kind) for kind in talk.actions]
    does += ["looks it up in your knowledge"] if talk.knowledge else []
    does += ["hands over to a person"] if talk.handover else []
    return Row(
        talk=talk,
        title=title_of(talk.slug),
        starts=[MEANINGS[Intent(one)] for one in talk.intents if one in MEANINGS]
        or [f"The button “{one}” below a message." for one in chosen],
        needs=[_NEEDS.get(one, one.replace("_", " ")) for one in talk.needs],
        does=does or ["answers"],
        following=[(slug, title_of(slug)) for slug in talk.next],
        turns=turns,
        handed=handed,
        own=[language for language, texts in book.words.items() if prefix in texts],
    )


def action_words(kind: ActionKind) -> str:
    """Say what an action does, as part of a sentence."""
    meaning = DECLARATIONS[kind].meaning.rstrip(".")
    return meaning[0].lower() + meaning[1:]


def may_switch(request: AnyRequest) -> bool:
    """Tell whether whoever asks may change more than words."""
    return roles.level_of(user_of(request).role, roles.Group.RULES) >= roles.Level.CHANGE


def _may_put_live(request: AnyRequest, live: Version, draft: Version) -> bool:
    """Whoever may change words puts words live; all else takes who may switch."""
    words = roles.level_of(user_of(request).role, roles.Group.ANSWERS) >= roles.Level.CHANGE
    return may_switch(request) or (words and only_words(live.changes, draft.changes))


@get("/talks/versions/{number:int}", include_in_schema=False)
async def talks_version(request: AnyRequest, number: FromPath[int]) -> Response[str]:
    """Show what one version says otherwise than what is live."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        live = await talk_versions.in_force(tx, merchant_id)
        this = await talk_versions.version(tx, merchant_id, _number(number))
    values: dict[str, Any] = {
        "live": live,
        "this": this,
        "differences": differences(live.changes, this.changes),
        "upon_house": differences(Changes(), this.changes),
        "faults": check(this.changes),
        "may_put_live": _may_put_live(request, live, this),
        "longest_note": _LONGEST_NOTE,
    }
    return desk_page(request, "talks_version.html", **values)


@post("/talks/versions/{number:int}/live", status_code=HTTP_200_OK, include_in_schema=False)
async def put_talks_live(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Answer customers with a version from now on; what is wrong with it is shown and nothing changes."""
    user, form, house = user_of(request), await request.form(), house_of(request)
    note = clean_text(form.get("note"), _LONGEST_NOTE)
    try:
        async with house.database.for_merchant(user.merchant_id) as tx:
            live = await talk_versions.in_force(tx, user.merchant_id)
            this = await talk_versions.version(tx, user.merchant_id, _number(number))
            if not _may_put_live(request, live, this):
                return desk_page(request, "sorry.html", status=403, title="Not allowed", text=SWITCHES_ARE)
            await talk_versions.put_live(tx, user.merchant_id, number, note, f"user {user.user_id}", utc_now())
    except FaultyTalksError as error:
        return await _page(request, wrong=error.faults)
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect("/desk/talks?saved=live", status_code=303)


SWITCHES_ARE = "This changes more than words: " + roles.only(roles.Need(roles.Group.RULES, roles.Level.CHANGE))


@post("/talks/versions/{number:int}/drop", status_code=HTTP_200_OK, include_in_schema=False)
async def drop_talks_draft(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Throw a draft away."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await talk_versions.drop_draft(tx, user.merchant_id, _number(number), f"user {user.user_id}")
    return Redirect("/desk/talks?saved=dropped", status_code=303)


@post("/talks/machine", status_code=HTTP_200_OK, include_in_schema=False)
async def switch_machine(request: AnyRequest) -> Response[Any]:
    """Switch the whole machine, at once: this is what somebody needs when it does harm."""
    user, form, house = user_of(request), await request.form(), house_of(request)
    on = form.get("on") == "yes"
    async with house.database.for_merchant(user.merchant_id) as tx:
        await talk_versions.switch_machine(tx, user.merchant_id, on=on, who=f"user {user.user_id}", now=utc_now())
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect(f"/desk/talks?saved={'on' if on else 'off'}", status_code=303)


@post("/talks/{slug:str}/switch", status_code=HTTP_200_OK, include_in_schema=False)
async def switch_talk(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
    """Switch one talk, in the draft."""
    form, talk = await request.form(), known(slug)
    on = form.get("on") == "yes"
    return await _drafted(request, f"/desk/talks/{slug}", lambda changes: with_switch(changes, talk.slug, on=on))


@post("/talks/{slug:str}/next", status_code=HTTP_200_OK, include_in_schema=False)
async def choose_next(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
    """Choose what a talk offers next, in the draft; the ticked ones in the order of the form."""
    form, talk = await request.form(), known(slug)
    ticked = {one for one in form.getall("next", []) if isinstance(one, str)}
    ours = list(talk.next)
    wanted = tuple(one for one in dict.fromkeys((*ours, *house().talks)) if one in ticked and one != slug)
    return await _drafted(request, f"/desk/talks/{slug}", lambda changes: with_next(changes, talk.slug, wanted))


async def _drafted(request: AnyRequest, back: str, changed: Any) -> Response[Any]:
    """Change the draft and go back to the page."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        done = await talk_versions.change_draft(tx, user.merchant_id, changed, f"user {user.user_id}", utc_now())
    return Redirect(f"{back}?saved={'draft' if done else 'same'}", status_code=303)


async def working(tx: Tx, merchant_id: int) -> tuple[Version, Version | None]:
    """Read what is live, and the draft that is worked on."""
    return await talk_versions.in_force(tx, merchant_id), await talk_versions.draft(tx, merchant_id)


def known(slug: str) -> Talk:
    """Find a talk.

    Raises:
        NotFoundError: there is none such.
    """
    talk = house().talks.get(slug)
    if talk is None:
        raise NotFoundError("there is no such talk")
    return talk


def saved_text(request: AnyRequest) -> str:
    """What the page says was done just now."""
    return _SAVED.get(request.query_params.get("saved", ""), "")


def _number(number: int) -> int:
    if not 0 < number <= _MOST_VERSION:
        raise NotFoundError("there is no such version")
    return number
