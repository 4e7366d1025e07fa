"""The template editor: a merchant's own wording of each part, seen on every channel while it is typed, kept, and tried on oneself."""

import asyncio
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.channels import channels
from doorstep.domain.languages import LANGUAGES, language_of
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, NotFoundError
from doorstep.messages import TEMPLATES, BadTemplateError, Facts
from doorstep.messages.approving import META_LANGUAGES, approved_name
from doorstep.shops.reading import phone_of
from doorstep.steps.directory import library_of
from doorstep.steps.showing import TESTED_ON, ShownOrder, facts_to_show, order_to_show, send_test
from doorstep.steps.templates import approving_of
from doorstep.steps.work import utc_now
from doorstep.store import access, desk, recipients, templates
from doorstep.store.connections import Connection, Merchant
from doorstep.store.database import Tx
from doorstep.store.templates import KeptTemplate, hash_of
from doorstep.web.desk.doors import desk_page, framed_page, note, tenant_of, user_of
from doorstep.web.desk.merchants import change, merchant_of
from doorstep.web.desk.roles import may_see
from doorstep.web.desk.wording import (
    CHANNELS,
    FIELDS,
    WHOLE,
    Card,
    Draft,
    cards_of,
    mark_of,
    ours_of,
    own_of,
    own_parts,
    parts_shown,
    problems_of,
    typed_in,
)
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.rendering import EDITOR_CSP
from doorstep.web.look.saying import plain
from doorstep.web.network import Buckets

#: Previews of one user a minute: as many as fast typing with pauses makes.
_PREVIEWS = Buckets(120, 60)
#: A preview that takes longer, in seconds, is paid for with as long a rest: by user, the monotonic second it ends at. The engine's own
#: limits let a source that means harm take some seconds.
_SLOW_S = 0.5
_RESTS: dict[str, float] = {}
_TOO_MANY = 429
#: Tests of one user, and of one merchant, in an hour.
_TESTS, _TESTS_OF_MERCHANT, _PER = 10, 30, timedelta(hours=1)
#: Characters of a former wording that the changes keep.
_REMEMBERED = 1000
_ACTION = "change_template"


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """How a template stands at one provider in the chosen language."""

    connection: Connection
    #: The provider, as people know it.
    provider: str
    #: None: it was never handed in.
    kept: KeptTemplate | None
    #: The text is not the one that was handed in.
    changed: bool


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of the editor tells beside the form."""

    error: str = ""
    done: str = ""
    problems: dict[str, list[str]] = {}


@get("/templates", include_in_schema=False)
async def list_templates(request: AnyRequest) -> Response[str]:
    """List every template with the languages it has own wording in."""
    merchant = await merchant_of(request)
    own: dict[str, dict[str, int]] = {template: {} for template in TEMPLATES}
    for key in own_of(merchant):
        template, _, rest = key.partition("/")
        language = rest.partition("/")[0]
        if template in own:
            own[template][language] = own[template].get(language, 0) + 1
    journeys = tenant_of(request).journeys.by_name.values()
    rows = [(one, plain(one), " ".join(j.about for j in journeys if j.template == one), sorted(own[one].items())) for one in TEMPLATES]
    return desk_page(request, "templates.html", rows=rows)


@get("/templates/{template:str}", include_in_schema=False)
async def edit_template(request: AnyRequest, template: FromPath[str]) -> Response[str]:
    """Show the form of one template in one language, with its previews."""
    merchant = await merchant_of(request)
    language = _language(request.query_params.get("language"), merchant, template)
    draft = Draft(template, language, own_parts(merchant, template, language))
    done = {"saved": "Saved. It holds from the next message on.", "sent": "The test is on its way."}
    said = Said(done=done.get(request.query_params.get("done", ""), ""))
    return await _page(request, merchant, draft, clean_text(request.query_params.get("order"), 60), said)


@post("/templates/{template:str}/preview", status_code=HTTP_200_OK, include_in_schema=False)
async def preview_template(request: AnyRequest, template: FromPath[str]) -> Response[str]:
    """Show what is typed without keeping it; `take` puts our words into a part to start from."""
    merchant, form = await merchant_of(request), await request.form()
    draft = Draft(template, _language(form.get("language"), merchant, template), typed_in(form))
    who, began = f"{merchant.merchant_id} {user_of(request).user_id}", time.monotonic()
    if _PREVIEWS.take(who) or _RESTS.get(who, 0.0) > began:
        said = Said(error="That was too fast. Wait a few seconds, then preview again.")
        return await _page(request, merchant, draft, "", said, status=_TOO_MANY)
    taken = clean_text(form.get("take"), 20)
    if taken in FIELDS:
        ours = await asyncio.to_thread(_ours, request, draft)
        draft = msgspec.structs.replace(draft, typed=draft.typed | {taken: ours.get(taken, "")})
    said = Said(problems=await _checked(draft, quick=True))
    page = await _page(request, merchant, draft, clean_text(form.get("order"), 60), said)
    if (took := time.monotonic() - began) > _SLOW_S:
        _RESTS[who] = began + 2 * took
    return page


@post("/templates/{template:str}", status_code=HTTP_200_OK, include_in_schema=False)
async def save_template(request: AnyRequest, template: FromPath[str]) -> Response[Any]:
    """Keep what was changed in the form, or (with `ours`) go back to our words in one part."""
    merchant, form = await merchant_of(request), await request.form()
    language = _language(form.get("language"), merchant, template)
    back, typed, order = clean_text(form.get("ours"), 20), typed_in(form), clean_text(form.get("order"), 60)
    if back and back not in FIELDS:
        raise BadInputError("there is no such part")
    wanted = {back: ""} if back else typed
    was = {part: clean_text(form.get(f"was-{part}"), 40) for part in wanted}
    changed = {part: text for part, text in wanted.items() if back or mark_of(text) != was[part]}
    draft = Draft(template, language, changed)
    problems = await _checked(draft, quick=False)
    problems |= {part: [problem] for part, problem in _foreign(changed, was, own_parts(merchant, template, language)).items()}
    if problems:
        shown = Draft(template, language, typed)
        return await _page(request, merchant, shown, order, Said(error="Nothing was saved: see below.", problems=problems), status=422)
    if changed:

        def put(kept: Merchant) -> Merchant:
            if _foreign(changed, was, own_parts(kept, template, language)):
                raise BadInputError("somebody else changed this wording just now; open the page again")
            return Draft(template, language, own_parts(kept, template, language) | changed).over(kept)

        await change(request, put, _ACTION, _told)
    if back:  # what else is typed stays
        shown = Draft(template, language, typed | wanted)
        return await _page(request, await merchant_of(request), shown, order, Said(done=f"{FIELDS[back][0]}: ours again."))
    return Redirect(f"/desk/templates/{template}?language={language}&done=saved", status_code=303)


@post("/templates/{template:str}/test", status_code=HTTP_200_OK, include_in_schema=False)
async def test_template(request: AnyRequest, template: FromPath[str]) -> Response[Any]:
    """Send what is typed to the user who asks: by mail to the address of their log-in, else to a number that they say is theirs."""
    merchant, form = await merchant_of(request), await request.form()
    draft = Draft(template, _language(form.get("language"), merchant, template), typed_in(form))
    order = clean_text(form.get("order"), 60)
    problems = await _checked(draft, quick=True)
    if problems:
        said = Said(error="Nothing was sent: see below.", problems=problems)
        return await _page(request, merchant, draft, order, said, status=422)
    try:
        kind = _tested_on(request, clean_text(form.get("channel"), 20))
        await _send(request, merchant, draft, order, kind, _own_address(request, kind, form.get("phone"), form.get("mine")))
    except BadInputError as error:
        return await _page(request, merchant, draft, order, Said(error=str(error)), status=422)
    return await _page(request, merchant, draft, order, Said(done="The test is on its way."))


def _language(given: object, merchant: Merchant, template: str) -> str:
    """Read which language is meant; the shop's own unless told.

    Raises:
        NotFoundError: there is no such template.
    """
    if template not in TEMPLATES:
        raise NotFoundError("there is no such template")
    chosen = clean_text(given, 20)
    usual = language_of(str(merchant.brand.get("default_locale", "en")))
    return chosen if chosen in _languages(merchant, template) else usual


def _languages(merchant: Merchant, template: str) -> dict[str, str]:
    """Name the languages to choose from: ours, the shop's own with its region, and those it has wording in."""
    own = {key.split("/")[1] for key in own_of(merchant) if key.startswith(f"{template}/")}
    regional = str(merchant.brand.get("default_locale", "en"))
    return {one: _named(one) for one in (*LANGUAGES, *sorted((own | {regional}) - set(LANGUAGES)))}


def _named(language: str) -> str:
    try:
        return str(Locale.parse(language.replace("-", "_")).get_display_name() or language).capitalize()
    except (ValueError, LookupError):
        return language


async def _checked(draft: Draft, *, quick: bool) -> dict[str, list[str]]:
    """Say what is wrong with each part, away from the loop; `quick`: filled in with a sample in this language alone."""
    locales = (language_of(draft.language),) if quick else tuple(LANGUAGES)
    return await asyncio.to_thread(problems_of, draft, locales)


def _foreign(changed: dict[str, str], was: dict[str, str], kept: dict[str, str]) -> dict[str, str]:
    """Name the parts that somebody else changed since the form was made."""
    return {
        part: "somebody else changed this meanwhile; open the page again to see it"
        for part in changed
        if mark_of(kept.get(part, "")) not in {was[part], mark_of(changed[part])}
    }


def _told(before: Merchant, after: Merchant) -> list[str]:
    """Say of each changed source which one it is and what stood there."""
    old, new = own_of(before), own_of(after)
    lines = []
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            did = "own wording" if key not in old else "changed" if key in new else "back to ours"
            stood = f"; before: {' '.join(old[key].split())[:_REMEMBERED]}" if key in old else ""
            lines.append(f"{key}: {did}{stood}")
    return lines


def _ours(request: AnyRequest, draft: Draft) -> dict[str, str]:
    tenant = tenant_of(request)
    library = library_of(msgspec.structs.replace(tenant.merchant, settings={}), tenant.brand.tone)
    return ours_of(library, draft.template, draft.language)


def _tested_on(request: AnyRequest, given: str) -> ChannelKind:
    kind = next((one for one in TESTED_ON if one == given and one in tenant_of(request).channels), None)
    if kind is None:
        raise BadInputError("Choose a connected channel to test on.")
    return kind


def _own_address(request: AnyRequest, kind: ChannelKind, phone: object, mine: object) -> str:
    """Return where a test goes.

    Raises:
        BadInputError: no number, or it was not said to be one's own.
    """
    if kind is ChannelKind.EMAIL:
        return user_of(request).email.lower()
    number = phone_of(clean_text(phone, 40), None)
    if number is None:
        raise BadInputError("Write your own telephone number with its country: +34 600 000 001.")
    if mine != "yes":
        raise BadInputError(f"Say that {number} is your own number before a test goes there.")
    return number


async def _order(tx: Tx, request: AnyRequest, number: str) -> ShownOrder | None:
    """Read the order a template is shown with; whoever may see no customer gets a made-up one."""
    user = user_of(request)
    return await order_to_show(tx, user.merchant_id, number) if may_see(user.role, "/desk/orders") else None


async def _send(request: AnyRequest, merchant: Merchant, draft: Draft, order: str, kind: ChannelKind, to: str) -> None:
    """Queue one test.

    Raises:
        BadInputError: too many were sent, or the address is suppressed.
    """
    house, user = house_of(request), user_of(request)
    async with house.database.for_merchant(merchant.merchant_id) as tx:
        counts = {f"test {user.user_id}": _TESTS, "tests": _TESTS_OF_MERCHANT}
        allowed = await access.attempt(tx, merchant.merchant_id, counts, _PER, utc_now())
    if not allowed:
        raise BadInputError(f"At most {_TESTS} tests an hour. Try again later.")
    async with house.database.for_merchant(merchant.merchant_id) as tx:
        if any(one.channel is kind and one.purpose is None for one in await recipients.suppressions_of(tx, merchant.merchant_id, to)):
            raise BadInputError("This address is suppressed; lift that first, under Suppressions.")
        shown = await _order(tx, request, order)
        tenant = msgspec.structs.replace(tenant_of(request), library=library_of(draft.over(merchant), tenant_of(request).brand.tone))
        facts = facts_to_show(draft.template, draft.language, tenant, house.directory, shown, to)
        message_id = await send_test(tx, tenant, draft.template, kind, to, facts, house.directory.base_url, utc_now())
        await note(tx, request, "test_template", f"{draft.template}/{draft.language} by {kind}, message {message_id}")


async def _page(request: AnyRequest, merchant: Merchant, draft: Draft, order: str, said: Said, *, status: int = 200) -> Response[str]:
    """Show the form and what every channel makes of it; nothing of it for `_TOO_MANY`, since making it is what is too much."""
    house, tenant = house_of(request), tenant_of(request)
    async with house.database.for_merchant(merchant.merchant_id) as tx:
        shown = await _order(tx, request, order)
        versions = await desk.changes_of(tx, merchant.merchant_id, _ACTION, f"{draft.template}/{draft.language}/")
        standing = await _stands(tx, tenant.connections.values(), draft)
    facts = facts_to_show(draft.template, draft.language, tenant, house.directory, shown)
    made = _bare if status == _TOO_MANY else _made
    ours, cards, says, told = await asyncio.to_thread(made, request, merchant, draft, facts, standing)
    values: dict[str, object] = {
        "which": draft.template,
        "title": plain(draft.template),
        "language": draft.language,
        "languages": _languages(merchant, draft.template),
        "fields": parts_shown(draft, ours, said.problems, says, own_parts(merchant, draft.template, draft.language)),
        "whole": WHOLE,
        "cards": cards,
        "order": order,
        "shown": shown,
        "versions": versions,
        "approvals": told,
        "said": said,
        "tested_on": {kind: CHANNELS[kind] for kind in TESTED_ON if kind in tenant.channels},
    }
    return framed_page(request, "template.html", EDITOR_CSP, status, values)


_Made = tuple[dict[str, str], list[Card], dict[str, str], list[Approval]]
_Standing = list[tuple[Connection, KeptTemplate | None]]


def _bare(request: AnyRequest, _merchant: Merchant, draft: Draft, _facts: Facts, _standing: _Standing) -> _Made:
    """Say what ours are, and render nothing."""
    return _ours(request, draft), [], {}, []


def _made(request: AnyRequest, merchant: Merchant, draft: Draft, facts: Facts, standing: _Standing) -> _Made:
    """Render everything; away from the loop, since a merchant's own source may take its time."""
    tenant = tenant_of(request)
    library = library_of(draft.over(merchant), tenant.brand.tone)
    cards, says = cards_of(library, draft.template, facts, house_of(request).directory.base_url)
    try:
        wanted = library.approvable(draft.template, draft.language, tenant.brand.page_base)
    except BadTemplateError:
        wanted = None
    told = [
        Approval(
            connection=one,
            provider=channels()[one.provider].name,
            kept=kept,
            changed=wanted is not None and kept is not None and kept.body_hash is not None and kept.body_hash != hash_of(wanted),
        )
        for one, kept in (standing if wanted is not None else [])
    ]
    return _ours(request, draft), cards, says, told


async def _stands(tx: Tx, connected: Iterable[Connection], draft: Draft) -> _Standing:
    """Read how a template stands at each provider that approves them, in one language."""
    wanted = (approved_name(draft.template), META_LANGUAGES[language_of(draft.language)])
    found = []
    for one in connected:
        if approving_of(one) is not None:
            kept = await templates.of(tx, one.merchant_id, one.connection_id)
            found.append((one, next((this for this in kept if (this.name, this.language) == wanted), None)))
    return found
