"""What aggregators say of rates, labels and addresses → the cheapest rate that fits, a file, and who must act."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from doorstep.carriers.calling import error_of, tree_of
from doorstep.carriers.reading import boxed, dig, listed, worded
from doorstep.domain.labels import LabelWish
from doorstep.domain.money import Money
from doorstep.domain.plugins import HttpRequest, Response, Setting
from doorstep.errors import BadInputError, DoorstepError, TryLaterError

#: A label is a page or two; a picture of one at 300 dpi is half a megabyte.
_MOST_LABEL_BYTES = 4_194_304
#: Shorter words of an address tell of nobody.
_TELLING = 4
_KINDS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"))
RETURNS_ONLY = Setting(
    name="return_services",
    label="Carriers or services for return labels, with commas between; empty: the cheapest of all",
    required=False,
    example="USPS, UPS Ground",
)


#: Labels cost money: whoever connects an account to follow parcels has not asked for any.
BUYS = Setting(
    name="return_labels",
    label='Buy return labels through this account: "yes" or "no"',
    required=False,
    default="no",
    example="yes",
)


class Rate(msgspec.Struct, frozen=True):
    """What one carrier would do it for."""

    rate_id: str
    carrier: str
    service: str
    cost: Money


def money_of(amount: object, currency: object) -> Money | None:
    """Read an amount as APIs write it ("5.93", 5.93); None: it is none."""
    try:
        return Money.of(worded(amount), worded(currency).upper() or "USD")
    except ValueError:
        return None


def cheapest(rates: Iterable[Rate], wish: LabelWish, only: str, said: Sequence[str], who: str) -> Rate:
    """Choose the cheapest of the carriers and services that may be used.

    Raises:
        BadInputError: nobody carries it; the text holds what the carriers said of it, which names no customer.
    """
    words = {word.casefold() for word in (*wish.only, *(word.strip() for word in only.split(","))) if word}
    fitting = [
        one
        for one in rates
        if not words or words & {one.carrier.casefold(), one.service.casefold(), f"{one.carrier} {one.service}".casefold()}
    ]
    if not fitting:
        told = "; ".join(unpersonal(said, wish))[:300]
        raise BadInputError(f"{who} knows no carrier for this way back" + (f": {told}" if told else ""))
    return min(fitting, key=lambda one: (one.cost.amount_minor, one.rate_id))


def refused(response: Response, who: str, now: datetime, said: str) -> DoorstepError:
    """Say who must act on an answer that is no success; where the request is at fault, with the provider's own word on what is wrong with it."""
    error = error_of(response, who, now)
    return BadInputError(f"{error}: {said}"[:300]) if isinstance(error, BadInputError) and said else error


def fields_of(response: Response) -> str:
    """Name the fields that a validation error is about, without their values: an address is personal."""
    tree = tree_of(response)
    return ", ".join(sorted(str(name) for name in tree if name not in ("detail", "message")))[:120] if isinstance(tree, dict) else ""


def label_request(url: str) -> HttpRequest:
    """Ask for the file of a label where the provider has put it.

    Raises:
        TryLaterError: there is no address yet.
    """
    if not url.startswith(("https://", "http://")):
        raise TryLaterError("the label is bought, and its file is not there yet")
    return HttpRequest(method="GET", url=url, repeatable=True, guarded=True, most_bytes=_MOST_LABEL_BYTES)


def label_file(response: Response, who: str) -> tuple[str, bytes]:
    """Tell a label's content type, by its own bytes, and the bytes.

    Raises:
        TryLaterError: it is not whole, or no PDF or PNG: it is fetched again, the label is bought.
    """
    for begins, kind in _KINDS:
        if response.status == 200 and response.whole and response.body.startswith(begins):  # noqa: PLR2004 - HTTP's own number
            return kind, response.body
    raise TryLaterError(f"{who} answered {response.status} for the label's file, and no PDF or PNG")


def unpersonal(said: Iterable[str], wish: LabelWish) -> list[str]:
    """Leave out what repeats the customer's name, street, town or mail: what is told of errors holds nothing personal."""
    told = (wish.sender.name, *wish.sender.lines, wish.sender.city, wish.sender.phone, wish.sender_email)
    words = {word.casefold() for text in told if text for word in text.split() if len(word) >= _TELLING}
    return [one for one in said if not any(word in one.casefold() for word in words)]


def messages_of(value: object) -> list[str]:
    """List what carriers said, e.g. "USPS: no service for this weight"."""
    told = [
        (worded(dig(box, "carrier") or dig(box, "source")), worded(dig(box, "message") or dig(box, "text")))
        for box in map(boxed, listed(value))
    ]
    return [f"{carrier}: {text}".strip(": ") for carrier, text in told if text]
