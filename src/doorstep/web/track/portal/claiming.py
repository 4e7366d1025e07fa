"""What happened → which items or parcel, photos, what the customer would like → exactly what will happen → a claim."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.actions import prepare
from doorstep.actions.offering import ClaimOffer
from doorstep.domain.actions.kinds import ActionKind, Assurance, ClaimKind, Remedy
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.steps.act import Done
from doorstep.steps.photos import MOST_PHOTOS, take
from doorstep.web.look.asking import AnyRequest, network_of
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.parcels import web_url
from doorstep.web.track.portal.confirming import CONFIRM, ask, case_path, say_yes, summary
from doorstep.web.track.portal.drafts import Chosen, ClaimDraft, claim_draft
from doorstep.web.track.portal.entering import Visit, enter, hidden, turned_away, verify
from doorstep.web.track.portal.handing_in import photo_errors
from doorstep.web.track.portal.reading import MOST_FORM_BYTES, read_form
from doorstep.web.track.portal.refusing import Refused, refused
from doorstep.web.track.portal.saying import options_text
from doorstep.web.track.portal.shipped import parcels_of

#: Claims about parcels that did not come.
_NOT_COME = frozenset({ClaimKind.LOST, ClaimKind.NOT_RECEIVED})


class KindShown(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of claim, and why it may not be made; None: it may."""

    kind: str
    refused: Refused | None


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that a claim may be about."""

    line_id: str
    name: str
    options: str
    image_url: str | None
    free: int
    parcel: str
    chosen: int


@get("/o/{token:str}/claim", include_in_schema=False, opt={"public": True})
async def claim_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Ask what happened."""
    visit = await enter(request, token)
    if ActionKind.OPEN_CLAIM in visit.gist.needs and visit.gist.claimable:
        return verify(visit, "/claim")
    kind = request.query_params.get("kind", "")
    may = {one.kind.value for one in visit.gist.claimable}
    return _details(visit, ClaimDraft(kind=ClaimKind(kind))) if kind in may else _kinds(visit, ClaimDraft())


@post("/o/{token:str}/claim", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True}, request_max_body_size=MOST_FORM_BYTES)
async def send_claim(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Take one step of a claim."""
    visit = await enter(request, token)
    if no := await turned_away(request, visit):
        return no
    form = await read_form(request)
    draft, at, to = claim_draft(form, visit.order), form.one("at"), form.one("to")
    errors: tuple[str, ...] = ()
    if form.photos:
        room = max(0, MOST_PHOTOS - len(draft.photos))
        taken = await take(
            visit.house.database, visit.merchant_id, visit.kept.order_id, form.photos, network_of(request), visit.now, room=room
        )
        draft = msgspec.structs.replace(draft, photos=(*draft.photos, *taken.photos))
        errors = photo_errors(taken.refused, visit.words)
    if at == CONFIRM and form.one("yes"):
        done = await say_yes(visit, form.one("yes", 80))
        return visit.to(case_path(done)) if isinstance(done, Done) else await _asked(visit, draft, done)
    offer = next((one for one in visit.gist.claims if one.kind is draft.kind), None)
    if to == "kind" or offer is None:
        return _kinds(visit, draft, missing=offer is None and to != "kind")
    if offer.refusal is not None:
        return _kinds(visit, draft)
    if at == "kind" or to == "details" or errors or form.one("photos"):
        return _details(visit, draft, errors)
    return await _asked(visit, draft)


def _kinds(visit: Visit, draft: ClaimDraft, *, missing: bool = False) -> Response[Any]:
    kinds = tuple(KindShown(kind=one.kind.value, refused=refused(visit, one.refusal) if one.refusal else None) for one in visit.gist.claims)
    return visit.page(
        "claim_kind",
        kinds=kinds,
        may=any(one.refused is None for one in kinds),
        chosen=draft.kind,
        missing=missing,
        fields=hidden(draft.fields(), "kind"),
        status=422 if missing else 200,
    )


def _details(visit: Visit, draft: ClaimDraft, errors: tuple[str, ...] = (), refusal: Refusal | None = None) -> Response[Any]:
    offer = next(one for one in visit.gist.claims if one.kind is draft.kind)
    of_goods = draft.kind not in _NOT_COME
    needed = _needed(visit, offer)
    return visit.page(
        "claim_details",
        kind=offer.kind.value,
        lines=_lines(visit, draft, offer) if of_goods else (),
        parcels=_parcels(visit, offer) if not of_goods else (),
        draft=draft,
        wishes=_wishes(visit, offer),
        steps=needed[0],
        photo_needed=needed[1],
        with_photos=of_goods,
        photos=draft.photos,
        errors=errors,
        refused=refused(visit, refusal) if refusal else None,
        fields=hidden(draft.fields(), "q.", "photo", "done", "comment", "wish", "shipment"),
        status=200 if refusal is None and not errors else 422,
    )


def _lines(visit: Visit, draft: ClaimDraft, offer: ClaimOffer) -> tuple[ClaimLine, ...]:
    parcels, free = parcels_of(visit), {one.line.line_id: one.free for one in visit.gist.lines}
    said = {one.line_id: one.quantity for one in draft.units}
    alone = len(offer.lines) == 1 and free[offer.lines[0]] == 1
    return tuple(
        ClaimLine(
            line_id=line.line_id,
            name=line.name,
            options=options_text(line.options),
            image_url=web_url(line.image_url),
            free=free[line.line_id],
            parcel=parcels.get(line.line_id, ""),
            chosen=said.get(line.line_id, int(alone)),
        )
        for line in visit.order.lines
        if line.line_id in offer.lines
    )


def _parcels(visit: Visit, offer: ClaimOffer) -> tuple[tuple[str, str], ...]:
    """Tracking number and words of the parcels a claim may be about."""
    return tuple(
        (one.tracking_number, f"{carrier_name(one.carrier)} {one.tracking_number}")
        for one in visit.order.shipments
        if one.tracking_number in offer.shipments
    )


def _favourable(offer: ClaimOffer) -> ClaimDraft:
    units = tuple(Chosen(line_id=one, quantity=1) for one in offer.lines)
    return ClaimDraft(kind=offer.kind, units=units, shipment=next(iter(offer.shipments), ""))


def _sure(visit: Visit, draft: ClaimDraft) -> Plan | Refusal:
    asker = msgspec.structs.replace(visit.asker, assurance=Assurance.LOGIN)
    return prepare(draft.action(visit.order.external_id), asker, visit.known, visit.policy, visit.now)


def _needed(visit: Visit, offer: ClaimOffer) -> tuple[tuple[str, ...], bool]:
    """Find out which steps the rules ask for first, and whether a photo."""
    draft = _favourable(offer)
    no = _sure(visit, draft)
    steps: tuple[str, ...] = ()
    if isinstance(no, Refusal) and no.code is RefusalCode.STEPS_FIRST:
        steps = tuple(str(no.facts.get("steps", "")).split(", "))
        no = _sure(visit, msgspec.structs.replace(draft, done=steps))
    return steps, isinstance(no, Refusal) and no.code is RefusalCode.PHOTO_NEEDED


def _wishes(visit: Visit, offer: ClaimOffer) -> tuple[str, ...]:
    """What may be wished for: whatever any line of the policy's table gives for such a claim."""
    rules = [one for one in visit.policy.claiming.table if offer.kind in one.claims]
    return tuple(dict.fromkeys(remedy.value for one in rules for remedy in one.remedies if remedy is not Remedy.EXCHANGE))


async def _asked(visit: Visit, draft: ClaimDraft, void: Refusal | None = None) -> Response[Any]:
    """Have it judged and show what would happen, or why not."""
    if draft.kind is None:
        return _kinds(visit, draft, missing=True)
    if draft.kind not in _NOT_COME and not draft.units:
        return _details(visit, draft, (), Refusal(code=RefusalCode.NOTHING_CHOSEN))
    if draft.kind in _NOT_COME:
        draft = msgspec.structs.replace(draft, units=())
    answer = await ask(visit, draft.action(visit.order.external_id))
    if not isinstance(answer, Refusal):
        return summary(visit, answer, visit.words("claim.title"), draft.fields(), "details", refusal=void)
    if answer.code is RefusalCode.IDENTITY:
        return verify(visit, "/claim")
    return _details(visit, draft, (), answer)
