"""The form of what a merchant allows itself (hours, caps, asking first, days to return) and how it sends → its policy."""

import re
from datetime import time
from typing import Any
from zoneinfo import available_timezones

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError
from doorstep.messages import Policy
from doorstep.steps.carrier_desks import desks_of, desks_typed
from doorstep.steps.identity import keeps_parcels_apart, takes_name_and_postcode
from doorstep.steps.work import utc_now
from doorstep.store import labels
from doorstep.store.connections import Merchant
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.desk.merchants import change, merchant_of, proved
from doorstep.web.desk.returns_to import back_sent, back_shown, back_typed
from doorstep.web.desk.warehouse import WEEKDAYS, sending_sent, sending_shown, sending_typed
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::00)?")
#: Channels that make a sound where they arrive.
_CHANNELS = (ChannelKind.EMAIL, ChannelKind.SMS)
#: Name in the form, name in the policy, purpose, label.
_CAPS = (
    ("transactional_day", "per_day", Purpose.TRANSACTIONAL, "Service messages in 24 hours"),
    ("transactional_week", "per_week", Purpose.TRANSACTIONAL, "Service messages in 7 days"),
    ("marketing_day", "per_day", Purpose.MARKETING, "Marketing messages in 24 hours"),
    ("marketing_week", "per_week", Purpose.MARKETING, "Marketing messages in 7 days"),
)
_MOST, _LONGEST_DAYS = 1000, 3650
#: What a merchant chooses of how a customer shows who they are; see `steps.identity`.
_IDENTITY = ("name_and_postcode", "parcels_apart")
#: Signs of the list of carriers' desks at most.
_LONGEST_DESKS = 4000
#: Kinds of problems that a merchant may choose not to hear of.
_MUTABLE = tuple(kind for kind in PITFALL_KINDS.values() if kind.mutable)


@get("/settings", include_in_schema=False)
async def rules_form(request: AnyRequest) -> Response[str]:
    """Show what stands."""
    merchant = await merchant_of(request)
    return _form(request, _shown(merchant, proved(merchant, house_of(request)).policy))


@post("/settings", status_code=HTTP_200_OK, include_in_schema=False)
async def save_rules(request: AnyRequest) -> Response[Any]:
    """Save them."""
    form = await request.form()
    try:
        await change(request, lambda kept: _with(kept, form), "change_settings")
    except BadInputError as error:
        return _form(request, _typed(form), error=str(error))
    house = house_of(request)
    async with house.database.for_merchant(user_of(request).merchant_id) as tx:
        await labels.try_again(tx, user_of(request).merchant_id, utc_now())
    return Redirect("/desk/settings?saved=1", status_code=303)


def _shown(merchant: Merchant, policy: Policy) -> dict[str, Any]:
    caps = {name: getattr(policy, part).get(purpose, "") for name, part, purpose, _ in _CAPS}
    return {
        "rings_from": policy.quiet.rings_from.strftime("%H:%M"),
        "rings_until": policy.quiet.rings_until.strftime("%H:%M"),
        "zone": policy.zone,
        "ask_first": set(policy.ask_first),
        "any_hour": set(policy.any_hour),
        "return_days": merchant.settings.get("return_days", ""),
        "muted_pitfalls": set(merchant.settings.get("muted_pitfalls", ())),
        "carrier_desks": "\n".join(f"{slug} {address}" for slug, address in sorted(desks_of(merchant.settings).items())),
        "name_and_postcode": takes_name_and_postcode(merchant),
        "parcels_apart": keeps_parcels_apart(merchant),
        **sending_shown(merchant.settings),
        **back_shown(merchant.settings),
        **caps,
    }


def _typed(form: FormMultiDict) -> dict[str, Any]:
    """Give a refused form back as it was filled in."""
    texts = ("rings_from", "rings_until", "zone", "return_days", *(name for name, *_ in _CAPS))
    several = {name: set(form.getall(name, [])) for name in ("ask_first", "any_hour", "muted_pitfalls")}
    ticked = {name: form.get(name) == "yes" for name in _IDENTITY}
    desks = {"carrier_desks": str(form.get("carrier_desks") or "")[:_LONGEST_DESKS]}
    return {name: clean_text(form.get(name), 60) for name in texts} | several | ticked | sending_typed(form) | back_typed(form) | desks


def _with(kept: Merchant, form: FormMultiDict) -> Merchant:
    """Put the form over what is kept.

    Raises:
        BadInputError: it says which field, and what it takes.
    """
    starts, ends = _hour(form, "rings_from", "Messages may arrive from"), _hour(form, "rings_until", "Messages may arrive until")
    if starts >= ends:
        raise BadInputError("Messages may arrive: until a later hour than from, of the same day.")
    zone = clean_text(form.get("zone"), 60)
    if zone not in available_timezones():
        raise BadInputError("Time zone: a name such as Europe/Madrid.")
    policy: dict[str, Any] = dict(kept.settings.get("policy", {}))
    policy |= {"quiet": {"rings_from": starts.isoformat(), "rings_until": ends.isoformat()}, "zone": zone}
    for name, part, purpose, label in _CAPS:
        least = 1 if purpose is Purpose.TRANSACTIONAL else 0
        policy[part] = {**policy.get(part, {}), purpose.value: _number(form, name, label, least, _MOST)}
    for name in ("ask_first", "any_hour"):
        ticked = set(form.getall(name, []))
        policy[name] = [channel.value for channel in _CHANNELS if channel in ticked]
    muted = set(form.getall("muted_pitfalls", []))
    settings = dict(kept.settings) | {"policy": policy}
    settings.pop("muted_pitfalls", None)
    if hushed := [one.kind for one in _MUTABLE if one.kind in muted]:
        settings["muted_pitfalls"] = hushed
    settings.pop("identity", None)
    if chosen := {name: True for name in _IDENTITY if form.get(name) == "yes"}:
        settings["identity"] = chosen
    settings.pop("sending", None)
    if sending := sending_sent(form):
        settings["sending"] = sending
    for name in ("return_address", "return_parcel"):
        settings.pop(name, None)
    settings |= back_sent(form)
    if "carrier_desks" in form:
        settings.pop("carrier_desks", None)
        if desks := desks_typed(str(form.get("carrier_desks") or "")[:_LONGEST_DESKS]):
            settings["carrier_desks"] = desks
    settings.pop("return_days", None)
    if clean_text(form.get("return_days")):
        settings["return_days"] = _number(form, "return_days", "Days to return", 1, _LONGEST_DAYS)
    return msgspec.structs.replace(kept, settings=settings)


def _hour(form: FormMultiDict, name: str, label: str) -> time:
    found = _TIME.fullmatch(clean_text(form.get(name), 8))
    if found is None:
        raise BadInputError(f"{label}: a time such as 09:00.")
    return time(int(found[1]), int(found[2]))


def _number(form: FormMultiDict, name: str, label: str, least: int, most: int) -> int:
    text = clean_text(form.get(name), 8)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise BadInputError(f"{label}: a whole number from {least} to {most}.")
    return int(text)


def _form(request: AnyRequest, shown: dict[str, Any], *, error: str = "") -> Response[str]:
    values = {
        "shown": shown,
        "channels": (("email", "E-mail"), ("sms", "Text messages")),
        "caps": [(name, label, purpose) for name, _, purpose, label in _CAPS],
        "most": _MOST,
        "weekdays": WEEKDAYS,
        "mutable": _MUTABLE,
        "error": error,
        "saved": request.query_params.get("saved") == "1",
    }
    return desk_page(request, "rules.html", status=422 if error else 200, **values)
