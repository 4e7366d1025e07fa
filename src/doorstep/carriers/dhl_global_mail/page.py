"""DHL eCommerce's tracking page of the Global Mail years (HTML) → one tracking."""

from lxml import html

from doorstep.carriers.clock import latest, read_time
from doorstep.carriers.countries import country_of
from doorstep.carriers.dhl_global_mail.scans import typed, when
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_PARTS = 3  # "Town, ST, US"
_BY = "Delivery by "


def read(tree: html.HtmlElement) -> Parsed:
    """Read the time line and the cards beside it.

    Raises:
        BadInputError: the page has no number or no time line.
    """
    number = numbered(_plain(tree, "//div[contains(@class, 'details')]//h3"))
    lines = tree.xpath("//ol[contains(concat(' ', @class, ' '), ' timeline ')]")
    if not number or not lines:
        raise BadInputError("this page has no h3 with a number or no time line of DHL eCommerce")
    checkpoints = _checkpoints(lines[0], number, _plain(tree, "//*[contains(@class, 'status-description')]"))
    facts = {_own(term): " ".join(str(term.getnext().text_content()).split()) for term in tree.iter("dt") if term.getnext() is not None}
    weight, _, unit = facts.get("Weight", "").partition(" ")
    carrier, post = next(((term.removeprefix(_BY), numbered(value)) for term, value in facts.items() if term.startswith(_BY)), ("", ""))
    expected = _plain(tree, "//*[contains(@class, 'est-delivery')]//p")
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier="dhl_global_mail",
                checkpoints=checkpoints,
                estimates=() if over or not expected else _estimates(expected, checkpoints),
                links=(Link(tracking_number=post, carrier=carrier_slug(carrier), role="last_mile"),) if post not in ("", number) else (),
                service=facts.get("Service") or None,
                weight_g=grams(weight, unit),
            ),
        )
    )


def _plain(tree: html.HtmlElement, path: str) -> str:
    found = tree.xpath(path)
    return " ".join(str(found[0].text_content()).split()) if found else ""


def _own(term: html.HtmlElement) -> str:
    return " ".join((term.text or "").split())


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    day = read_time(expected, "%b %d, %Y", "%B %d, %Y").date()
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)


def _checkpoints(line: html.HtmlElement, number: str, manner: str) -> tuple[Checkpoint, ...]:
    """Read the line: a day, its events, the next day; the card's second sentence belongs to the newest, which stands first."""
    day, found = "", list[Checkpoint]()
    for item in line.iter("li"):
        kinds = (item.get("class") or "").split()
        if "timeline-date" in kinds:
            day = " ".join(str(item.text_content()).split())
        elif "timeline-event" in kinds:
            found.append(_checkpoint(item, number, day, "" if found else manner))
    return tuple(found)


def _checkpoint(item: html.HtmlElement, number: str, day: str, manner: str) -> Checkpoint:
    text = _plain(item, ".//*[contains(@class, 'timeline-description')]")
    place = _place(_plain(item, ".//*[contains(@class, 'timeline-location')]"))
    clock, _, zone = _clock(item).rpartition(" ")
    return Checkpoint(
        event_type=typed("", text, manner),
        occurred_at=when(day, clock, zone, place),
        place=place,
        carrier="dhl_global_mail",
        carrier_code="",
        carrier_text=text,
        tracking_number=number,
    )


def _clock(item: html.HtmlElement) -> str:
    """Take "3:48 PM ET" from a cell that sets the digits apart."""
    cells = item.xpath(".//*[contains(@class, 'timeline-time')]")
    return " ".join(" ".join(cells[0].itertext()).split()) if cells else ""


def _place(text: str) -> Place | None:
    parts = [part.strip() for part in text.split(",")]
    country = country_of(parts[-1]) if len(parts) >= _PARTS else None
    if country:
        return Place(city=parts[0], region=parts[1], country=country)
    return Place(text=text) if text else None
