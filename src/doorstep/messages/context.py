"""Facts → the plain names a template may use; docs/how-to/write-a-template.md lists them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.money import Money
from doorstep.domain.orders import Order, OrderLine, Payment, Promise
from doorstep.domain.places import Address
from doorstep.domain.sentences import event_sentence, pitfall_told
from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Status
from doorstep.messages.context_case import case_names
from doorstep.messages.context_window import standing_window
from doorstep.messages.digest import news_of
from doorstep.messages.facts import Brand, Facts, Hop, Links, Parcel
from doorstep.messages.schema_org import order_markup
from doorstep.messages.shape import arrival_told, holds_text, parts_told, place_told, places_told, standing_text
from doorstep.messages.wording import moment_text, money_text, web, window_text

#: Lines shown of one order or parcel; the rest is counted in `more`.
SHOWN = 30
#: How far along the progress bar a status stands: 1 packed, 2 with the carrier, 3 on the vehicle or at the point, 4 there.
_STEPS = {
    Status.PENDING: 1,
    Status.INFO_RECEIVED: 1,
    Status.UNKNOWN: 1,
    Status.CANCELLED: 1,
    Status.IN_TRANSIT: 2,
    Status.EXCEPTION: 2,
    Status.FAILED_ATTEMPT: 2,
    Status.RETURNING: 2,
    Status.RETURNED: 2,
    Status.OUT_FOR_DELIVERY: 3,
    Status.READY_FOR_PICKUP: 3,
    Status.DELIVERED: 4,
}
#: Enums as plain texts, looked up once: an enum's `value` is slow.
_WORDS = {status: status.value for status in Status}
_ACTORS = {actor: actor.value for actor in Actor}


def context_of(facts: Facts) -> dict[str, Any]:
    """Lay facts out as nested dicts of texts, truths and lists, written in `facts.locale`; nothing else is reachable."""
    order, locale, change = facts.order, facts.locale, facts.change
    lines = [_line(line, locale) for line in order.lines[:SHOWN]]
    told = len(facts.parcels) if facts.told is None else facts.told
    many = len(facts.parcels) > 1
    parcels = [_parcel(one, order, lines, locale, many=many) for one in facts.parcels]
    for parcel in parcels[:told]:
        parcel["told"] = True
    refund = next((one for one in order.refunds if one.refund_id == change.occurrence), None) if change.subject_kind == "order" else None
    brand = _brand(facts.brand, takes_replies=not facts.one_way)
    customer = order.customer
    return {
        "brand": brand,
        "order": _order(order, lines, locale),
        "customer": {
            "first_name": customer.first_name or None,
            "last_name": customer.last_name or None,
            "returning": bool(customer.earlier_orders),
        },
        "parcels": parcels,
        "parcel": parcels[0] if parcels else None,
        "several": told > 1,
        "many": many,
        "apart": sum(place["waits"] for parcel in parcels[:told] for place in parcel["places"] or ()) > 1,
        "arrival": arrival_told(facts.parcels, [parcel["window"] for parcel in parcels], locale),
        "waiting": [_line(line, locale) for line in facts.waiting[:SHOWN]] or None,
        "news": news_of(facts.entries),
        "change": {"trigger": change.trigger, "occurrence": change.occurrence},
        "case": case_names(facts) if facts.case else None,
        "refund": {"amount": _money(refund.amount, locale), "note": refund.note} if refund else None,
        "links": _links(facts.links),
        "locale": locale,
        "json_ld": None if facts.entries else order_markup(facts),
    }


@lru_cache(maxsize=4096)
def _brand(brand: Brand, *, takes_replies: bool) -> dict[str, Any]:
    return {
        "name": brand.name,
        "logo_url": web(brand.logo_url),
        "colour": _colour(brand.colour, "#1f5f4a"),
        "colour_on": _colour(brand.colour_on, "#ffffff"),
        "background": _colour(brand.background, "#f4f4f1"),
        "support_email": brand.support_email,
        "support_url": web(brand.support_url),
        "support_phone": brand.support_phone,
        "address": brand.address,
        "shop_url": web(brand.shop_url),
        "takes_replies": takes_replies,
    }


def _order(order: Order, lines: list[dict[str, Any]], locale: str) -> dict[str, Any]:
    cod = order.payment is Payment.COD
    return {
        "number": order.number,
        "lines": lines,
        "more": max(0, len(order.lines) - SHOWN) or None,
        "total": _money(order.total, locale),
        "cod": cod,
        "cod_due": _money(order.cod_due or order.total, locale) if cod else None,
        "paid": order.payment is Payment.PAID,
        "refunded": order.payment is Payment.REFUNDED,
        "promise": _promise(order.promise, locale) if order.promise else None,
        "cancel_reason": order.cancel_reason,
        "ship_to": _address(order.ship_to) if order.ship_to else None,
    }


def _parcel(parcel: Parcel, order: Order, lines: list[dict[str, Any]], locale: str, *, many: bool) -> dict[str, Any]:
    folded = parcel.folded
    status = folded.status
    step, word = _STEPS[status], _WORDS[status]
    own = web(parcel.page_url)
    expected = standing_window(folded, order)
    problem = next((one for one in folded.open_pitfalls if one.heard), None) if folded.open_pitfalls else None
    told = pitfall_told(problem.kind, locale) if problem else None
    return {
        "carrier": parcel.carrier_name,
        "number": parcel.tracking_number,
        "carrier_url": web(parcel.carrier_url),
        "url": own or web(parcel.carrier_url),
        "told": False,
        "status": word,
        "standing": standing_text(status, locale),
        "event": folded.event_type,
        "news": event_sentence(folded.telling_event, locale) if folded.telling_event in EVENT_TYPES else None,
        "window": window_text(expected, locale) if expected else None,
        "carried": step >= 2,  # noqa: PLR2004 - see _STEPS
        "near": step >= 3,  # noqa: PLR2004
        "there": step >= 4,  # noqa: PLR2004
        "attempts": folded.attempts,
        "carbon_g": parcel.carbon_g,
        "problem": problem.kind if problem else None,
        "problem_title": told.title if told else None,
        "problem_text": told.customer if told else None,
        "must_act": _ACTORS[folded.must_act],
        "last_text": parcel.last_text,
        "last_place": parcel.last_place,
        "last_time": moment_text(parcel.last_local, locale) if parcel.last_local else None,
        "lines": lines if parcel.lines is order.lines else [_line(line, locale) for line in parcel.lines[:SHOWN]],
        "more": max(0, len(parcel.lines) - SHOWN) or None,
        "holds": holds_text(parcel.lines) if many and parcel.lines is not order.lines else None,
        "pieces": _pieces(folded) if folded.pieces else None,
        "parts": parts_told(parcel, locale) if folded.pieces else None,
        "point": place_told(parcel.point, locale) if parcel.point else None,
        "places": places_told(parcel, locale) if parcel.point else None,
        "bring": next(
            (piece.tracking_number for piece in folded.pieces if piece.status is Status.READY_FOR_PICKUP), parcel.tracking_number
        ),
        "goes_to": parcel.point is not None and status is not Status.READY_FOR_PICKUP,
        "handed_to": _handed_to(parcel.hops, parcel.tracking_number) if parcel.hops else None,
        "handed_off": any(not hop.tracked for hop in parcel.hops) and not any(hop.has_it for hop in parcel.hops) if parcel.hops else False,
    }


def _pieces(folded: Folded) -> dict[str, int]:
    return {"total": len(folded.pieces), "delivered": sum(piece.status is Status.DELIVERED for piece in folded.pieces)}


def handed_hop(hops: Sequence[Hop], first: str) -> Hop | None:
    """Find who delivers a parcel in the end, where that is not who had it first, under the number `first`."""
    return next((hop for hop in reversed(hops) if hop.direction is Direction.OUTBOUND and hop.tracking_number != first), None)


def _handed_to(hops: tuple[Hop, ...], first: str) -> dict[str, Any] | None:
    last = handed_hop(hops, first)
    return {"carrier": last.carrier_name or None, "number": last.tracking_number, "url": web(last.url)} if last else None


def _line(line: OrderLine, locale: str) -> dict[str, Any]:
    return {
        "name": line.name,
        "options": ", ".join([f"{name}: {value}" for name, value in line.options.items()]) or None if line.options else None,
        "quantity": line.quantity,
        "price": _money(line.unit_price, locale),
        "sku": line.sku,
        "image_url": web(line.image_url),
        "url": web(line.product_url),
    }


def _address(address: Address) -> dict[str, Any]:
    town = " ".join([part for part in (address.postcode, address.city) if part])
    rows = [row for row in (address.name, address.company, *address.lines, town, address.region, address.country) if row]
    return {"rows": rows, "name": address.name, "city": address.city, "postcode": address.postcode, "country": address.country}


def _links(links: Links) -> dict[str, Any]:
    return {
        "order": web(links.order),
        "case": web(links.case),
        "preferences": web(links.preferences),
        "unsubscribe": web(links.unsubscribe),
        "pixel": web(links.pixel),
    }


def _money(money: Money | None, locale: str) -> str | None:
    return money_text(money, locale) if money is not None else None


def _promise(promise: Promise, locale: str) -> str:
    return window_text(Estimate(from_on=promise.from_on or promise.to_on, to_on=promise.to_on, source="shop"), locale)


def _colour(text: str, instead: str) -> str:
    figures = text[1:]
    return text if text[:1] == "#" and len(figures) in (3, 6) and all(one in "0123456789abcdefABCDEF" for one in figures) else instead
