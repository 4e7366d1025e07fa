"""A form's texts → a change of the delivery or of the order; and the fields that keep what was typed."""

from collections.abc import Iterator
from datetime import date

from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.places import Address
from doorstep.web.track.portal.drafts import Field
from doorstep.web.track.portal.reading import Form

DELIVERY = (
    ActionKind.RESCHEDULE,
    ActionKind.PICKUP_POINT,
    ActionKind.SAFE_PLACE,
    ActionKind.HOLD,
    ActionKind.REDIRECT,
    ActionKind.CONFIRM_AVAILABILITY,
    ActionKind.CONFIRM_COD,
)
CHANGES = (
    ActionKind.CANCEL_ORDER,
    ActionKind.CHANGE_ADDRESS,
    ActionKind.CHANGE_ITEMS,
    ActionKind.CHANGE_PAYMENT,
    ActionKind.ASK_INVOICE,
)
#: Times of day that may be wished for, by name.
WINDOWS = {"morning": "08:00-12:00", "afternoon": "12:00-17:00", "evening": "17:00-21:00"}
#: Names of an address's fields, in the order of the form, and how many signs each may have.
ADDRESS = {"name": 100, "company": 100, "street": 120, "street2": 120, "postcode": 20, "city": 80, "region": 80, "country": 2, "phone": 30}
_TEXTS = ("do", "shipment", "on", "window", "until", "point", "place", "there", "ready", "note", "reason", "method", "made_out_to")
#: A day that nobody means: the guards refuse it and say which they take.
_NO_DAY = date(1970, 1, 1)


def kept_fields(form: Form, order: KnownOrder) -> Iterator[Field]:
    """All that was typed, as hidden fields."""
    names = (*_TEXTS, *ADDRESS, *(f"v.{line.line_id}" for line in order.lines), *(f"q.{line.line_id}" for line in order.lines))
    yield from ((name, text) for name in names if (text := form.one(name, 500)))


def wish_of(form: Form, order: KnownOrder) -> asking.BusinessAction | None:  # noqa: C901, PLR0911 - one line for each action
    """Read which change is asked for; None: none of them."""
    kind, of = form.one("do"), order.external_id
    parcel = {"shipment": form.one("shipment", 80), "note": form.one("note", 300)}
    match kind:
        case ActionKind.RESCHEDULE:
            return asking.Reschedule(order=of, on=_day(form.one("on")), window=WINDOWS.get(form.one("window"), ""), **parcel)
        case ActionKind.HOLD:
            return asking.Hold(order=of, until=_day(form.one("until")), **parcel)
        case ActionKind.PICKUP_POINT:
            return asking.PickupPoint(order=of, point=form.one("point", 300), **parcel)
        case ActionKind.SAFE_PLACE:
            return asking.SafePlace(order=of, place=form.one("place", 300), **parcel)
        case ActionKind.REDIRECT:
            return asking.Redirect(order=of, address=address_of(form), **parcel)
        case ActionKind.CONFIRM_AVAILABILITY:
            return asking.ConfirmAvailability(order=of, there=form.one("there") != "no", **parcel)
        case ActionKind.CONFIRM_COD:
            return asking.ConfirmCod(order=of, ready=form.one("ready") != "no", **parcel)
        case ActionKind.CANCEL_ORDER:
            return asking.CancelOrder(order=of, reason=form.one("reason", 500))
        case ActionKind.CHANGE_ADDRESS:
            return asking.ChangeAddress(order=of, address=address_of(form))
        case ActionKind.CHANGE_ITEMS:
            swaps = tuple(
                asking.Swap(line_id=line.line_id, quantity=form.number(f"q.{line.line_id}") or 1, variant_id=variant)
                for line in order.lines
                if (variant := form.one(f"v.{line.line_id}"))
            )
            return asking.ChangeItems(order=of, swaps=swaps, method=form.one("method"))
        case ActionKind.CHANGE_PAYMENT:
            return asking.ChangePayment(order=of, method=form.one("method"))
        case ActionKind.ASK_INVOICE:
            return asking.AskInvoice(order=of, made_out_to=form.one("made_out_to", 500))
        case _:
            return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _NO_DAY


def address_of(form: Form) -> Address:
    """Read an address as it was typed."""
    told = {name: form.one(name, most) for name, most in ADDRESS.items()}
    return Address(
        name=told["name"] or None,
        company=told["company"] or None,
        lines=tuple(filter(None, (told["street"], told["street2"]))),
        city=told["city"] or None,
        region=told["region"] or None,
        postcode=told["postcode"] or None,
        country=told["country"].upper() or None,
        phone=told["phone"] or None,
    )
