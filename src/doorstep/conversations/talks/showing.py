"""A talk → what people at the desk see of it: its place in the list, the words it says, what the holes stand for, an answer with sample facts."""

from datetime import UTC, date, datetime

import msgspec

from doorstep.conversations.talks.book import Book, Talk, house
from doorstep.conversations.talks.saying import words_of
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.money import Money
from doorstep.domain.talking.memory import Memory, Offer
from doorstep.domain.talking.told import Span
from doorstep.domain.talking.turns import Fact, Piece, Turned

#: What talks are about → those that are, in the order of the list; `EVERY_TALK` puts what is in none of them last.
GROUPS: dict[str, tuple[str, ...]] = {
    "Tracking": ("where", "late", "failed_attempt", "customs", "not_received"),
    "Delivery": (
        "reschedule",
        "hold",
        "address",
        "pickup_point",
        "safe_place",
        "at_home",
        "not_home",
        "cash_ready",
        "cash_not_ready",
    ),
    "Order": ("cancel", "change", "payment", "details", "invoice", "profile"),
    "Returns": ("return", "exchange", "refund", "cancel_return", "return_status", "refund_status"),
    "Claims": ("damaged", "wrong_item", "missing", "warranty"),
    "Shop": ("shop", "contact", "payment_problem", "praise", "stop_messages", "start_messages"),
    "A person": ("human", "complaint", "delete_data"),
    "Small talk": ("hello", "thanks"),
}
#: Hole → what stands there.
HOLES: dict[str, str] = {
    "address": "an address in one line",
    "amount": "an amount of money",
    "as_of": "the day of the article that is quoted",
    "at": "when the money was sent back",
    "brand": "your brand's name",
    "carrier": "the carrier, as customers know it",
    "count": "how many parcels more",
    "days": "how many days ago",
    "hours": "how many hours ago",
    "items": "the things it is about, with how many of each",
    "last_on": "the last day for handing it over",
    "method": "a way of paying",
    "moment": "a day and an hour, by the shop's clock",
    "name": "the name of a thing",
    "number": "the order's number",
    "on": "a day",
    "options": "size, colour and so on",
    "place": "a place: where the parcel is left, or where it was scanned",
    "placed_at": "when it was ordered",
    "point": "a pick-up point",
    "price": "the price of one piece",
    "quantity": "how many",
    "rma": "the return's or claim's number",
    "span": "the day or days on which it is expected",
    "text": "the carrier's own words for a scan; in a quote the article's",
    "title": "the title of the article that is quoted",
    "tracking": "the tracking number",
    "until": "a day",
    "url": "the address of the page that is quoted",
    "value": "your e-mail address, telephone number or website",
    "when": "when somebody answers, by your opening hours",
    "window": "hours of a day",
}
_AT = datetime(2026, 11, 17, 9, 40, tzinfo=UTC)
_ON = date(2026, 11, 20)
_AMOUNT = Money(amount_minor=4900, currency="EUR")
_SAMPLES: dict[str, Fact] = {
    "address": "12 Mill Lane, 2010 Surry Hills, AU",
    "amount": _AMOUNT,
    "as_of": date(2026, 11, 3),
    "at": _AT,
    "brand": "Your shop",
    "carrier": "DHL",
    "count": 2,
    "days": 2,
    "hours": 9,
    "items": "1 × Linen shirt",  # noqa: RUF001 - as customers read it
    "last_on": date(2026, 11, 27),
    "method": "Visa ending in 4242",
    "moment": _AT,
    "name": "Linen shirt",
    "number": "#1042",
    "on": _ON,
    "options": "M, blue",
    "place": "the porch",
    "placed_at": _AT,
    "point": "Kiosk Nord, 3 Station Road",
    "price": _AMOUNT,
    "quantity": 1,
    "rma": "R-7Q2K",
    "span": Span(from_on=_ON, to_on=date(2026, 11, 21)),
    "text": "Processed at the sorting centre",
    "title": "Returns",
    "tracking": "JD014600006281",
    "until": date(2026, 11, 28),
    "url": "https://shop.example/returns",
    "value": "help@shop.example",
    "when": "today until 18:00",
    "window": "09:00-12:00",
}
#: Of single words: what the general sample does not fit.
_SAMPLES_OF: dict[str, dict[str, Fact]] = {
    "say.quote": {"text": "You can send everything back within 30 days."},
    "contact.phone": {"value": "+49 30 5550100"},
    "contact.url": {"value": "https://shop.example"},
    "where.seen": {"place": "Leipzig"},
}
#: Name of a teller → the words, or the tables of them, that it says.
TOLD_BY: dict[str, tuple[str, ...]] = {
    "status": ("where.",),
    "late": ("late.",),
    "details": ("details.",),
    "cases": ("cases.", "case."),
    "refund": ("refund.",),
    "contact": ("contact.",),
    "praise": ("say.praise",),
    "complaint": ("say.complaint",),
    "delete_data": ("say.delete_data",),
    "stop_messages": ("say.stopped", "say.stop_how"),
    "start_messages": ("say.started", "say.start_how"),
    "hello": ("say.hello",),
    "thanks": ("say.welcome",),
}
#: Of what a teller can say, what a sample answer shows.
_SHOWN_OF: dict[str, tuple[str, ...]] = {
    "status": ("where.in_transit", "where.expected", "where.seen", "where.number"),
    "late": ("late.sorry",),
    "details": ("details.head", "details.line", "details.paid", "details.processed"),
    "cases": ("case.label_ready",),
    "refund": ("refund.sent",),
    "contact": ("contact.email", "contact.phone", "contact.url"),
    "stop_messages": ("say.stopped",),
    "start_messages": ("say.started",),
}
_NOT_ASKED = frozenset({"identity"})
_MOST_OFFERED = 3


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a talk with made-up facts."""

    #: What it answers, for the desk.
    title: str
    turned: Turned


def every_talk(book: Book) -> dict[str, list[Talk]]:
    """Sort a book's talks by what they are about; a group without any is left out."""
    placed = {slug for slugs in GROUPS.values() for slug in slugs}
    groups = {title: [book.talks[slug] for slug in slugs if slug in book.talks] for title, slugs in GROUPS.items()}
    groups["Other"] = [talk for slug, talk in book.talks.items() if slug not in placed]
    return {title: talks for title, talks in groups.items() if talks}


def words_said_by(talk: Talk) -> dict[str, list[str]]:
    """Sort the keys of what a talk says by when it says it."""
    there = words_of("en")
    told = [key for teller in talk.tells for key in _told_by(teller)]
    if talk.knowledge:
        told += ["say.quote", "say.do_not_know"]
    groups = {
        "Its name, where it is offered": [f"talk.{talk.slug}"],
        "What it asks": [f"ask.{need}" for need in (*talk.needs, *talk.may) if need not in _NOT_ASKED],
        "What it tells": told,
        "Before it is done": [key for kind in talk.actions for key in _asking_yes(talk, kind)],
        "Once it is done": [f"done.{kind}" for kind in talk.actions],
    }
    return {title: found for title, keys in groups.items() if (found := [key for key in dict.fromkeys(keys) if key in there])}


def words_said_everywhere() -> dict[str, list[str]]:
    """Sort the keys of what no single talk says."""
    own = {key for talk in house().talks.values() for keys in words_said_by(talk).values() for key in keys}
    titles = {"ask": "Questions", "say": "What is said between", "confirm": "Money, before a yes", "title": "What can be chosen"}
    groups: dict[str, list[str]] = {}
    for key in words_of("en"):
        if key not in own:
            groups.setdefault(titles.get(key.partition(".")[0], "Other"), []).append(key)
    return groups


def _told_by(teller: str) -> list[str]:
    tables = TOLD_BY.get(teller, ())
    return [key for key in words_of("en") if any(key == one or (one.endswith(".") and key.startswith(one)) for one in tables)]


def _asking_yes(talk: Talk, kind: ActionKind) -> list[str]:
    if not DECLARATIONS[kind].confirmed:
        return []
    claim, keys = talk.sets.get("claim"), [key for key in words_of("en") if key.startswith(f"confirm.{kind}")]
    return [key for key in keys if key == f"confirm.{kind}_{claim}"] if claim else keys


def said_by(key: str) -> list[str]:
    """Name the talks that say these words."""
    return [slug for slug, talk in house().talks.items() if any(key in keys for keys in words_said_by(talk).values())]


def facts_of(key: str, brand: str) -> dict[str, Fact]:
    """Give made-up facts for what words may speak of."""
    return {**_SAMPLES, "brand": brand, **_SAMPLES_OF.get(key, {})}


def samples(talk: Talk, book: Book, brand: str) -> list[Sample]:
    """Make up what a talk says: its first question, what it tells, what it shows before a yes, and what it says afterwards."""
    found: list[Sample] = []
    asks = [need for need in talk.needs if f"ask.{need}" in words_of("en") and need not in {*_NOT_ASKED, "order", "shipment"}]
    if asks:
        found.append(_sample("It asks", [f"ask.{asks[0]}"], [], brand))
    told = [key for teller in talk.tells for key in _SHOWN_OF.get(teller, TOLD_BY.get(teller, ()))]
    if talk.knowledge:
        told.append("say.quote")
    handed = ["say.handed_over"] if talk.handover is not None else []
    if talk.actions:
        found += _acting(talk, book, told, brand)
    else:
        found.append(_sample("It answers", [*told, *handed], [] if handed else _offered(talk, book), brand))
    return found


def _acting(talk: Talk, book: Book, told: list[str], brand: str) -> list[Sample]:
    kind = talk.actions[0]
    after = _sample("It is done", [f"done.{kind}"], _offered(talk, book), brand)
    asking = _asking_yes(talk, kind)[:1]
    if not asking:
        return [_sample("It is done", [*told, f"done.{kind}"], _offered(talk, book), brand)]
    yes_or_no = [Offer(value="yes", key="title.yes"), Offer(value="no", key="title.no")]
    return [_sample("It shows what it would do", [*told, *asking, "ask.confirm"], yes_or_no, brand), after]


def _offered(talk: Talk, book: Book) -> list[Offer]:
    following = [slug for slug in talk.next if slug in book.talks and book.talks[slug].enabled]
    return [Offer(value=f"talk.{slug}", key=f"talk.{slug}") for slug in following[:_MOST_OFFERED]]


def _sample(title: str, keys: list[str], offers: list[Offer], brand: str) -> Sample:
    pieces = tuple(Piece(key=key, facts=facts_of(key, brand)) for key in dict.fromkeys(keys))
    return Sample(title=title, turned=Turned(pieces=pieces, offers=tuple(offers), memory=Memory()))
