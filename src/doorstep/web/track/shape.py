"""A parcel's carriers, pieces and pick-up point → what its page shows of them."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from doorstep.domain.pickup import PickupPoint
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Direction, Status
from doorstep.messages import Hop
from doorstep.messages.wording import hours_rows, moment_text, short_day_text
from doorstep.steps.way import carrier_name
from doorstep.web.track.shown import HopShown, PickupShown, PieceShown
from doorstep.web.track.words import Words, whole

#: Pieces shown of one shipment; the others are in the count.
_PIECES = 12


def hops_shown(hops: tuple[Hop, ...], zone: str | None, words: Words) -> tuple[HopShown, ...]:
    """Write whose hands a parcel goes through."""
    return tuple(
        HopShown(
            carrier=hop.carrier_name or words("page.hop_unnamed"),
            number=hop.tracking_number,
            url=hop.url,
            way="back" if hop.direction is Direction.RETURN else "out",
            when=_span(hop.from_at, hop.to_at, zone, words),
            remark=words("page.hop_silent") if not hop.tracked else words("page.hop_now") if hop.has_it else "",
        )
        for hop in hops
    )


def _span(first: datetime | None, last: datetime | None, zone: str | None, words: Words) -> str:
    if first is None or last is None:
        return words("page.hop_unseen")
    days = [short_day_text(at.astimezone(ZoneInfo(zone or "UTC")).date(), words.tag) for at in (first, last)]
    return days[0] if days[0] == days[1] else " – ".join(days)  # noqa: RUF001 - a span is written so


def handed_text(hops: tuple[Hop, ...], folded: Folded, words: Words) -> str:
    """Say who delivers a parcel in the end, or that nobody reports any more; "" where neither is news."""
    out = [hop for hop in hops if hop.direction is Direction.OUTBOUND]
    if folded.direction is Direction.RETURN or folded.status in {Status.DELIVERED, Status.CANCELLED} or not out:
        return ""
    last = out[-1]
    if len(out) > 1 and last.tracked:
        return words("page.handed_to", carrier=last.carrier_name or words("page.hop_unnamed"), number=last.tracking_number)
    return words("page.handed_off", carrier=last.carrier_name) if not last.tracked else ""


def pieces_shown(
    folded: Folded, points: Mapping[str, PickupPoint], zone: str | None, tones: dict[Status, str], words: Words
) -> tuple[PieceShown, ...]:
    """Write how each parcel of a shipment stands, and where it is to be collected if it has a point of its own."""
    return tuple(
        PieceShown(
            piece.tracking_number,
            carrier_name(piece.carrier) if piece.carrier != "unknown" else "",
            words(f"status.{piece.status}"),
            tones.get(piece.status, ""),
            short_day_text(piece.status_since.astimezone(ZoneInfo(zone or "UTC")).date(), words.tag) if piece.status_since else "",
            pickup_shown(points.get(piece.tracking_number), piece.status, words),
        )
        for piece in folded.pieces[:_PIECES]
    )


def pieces_text(folded: Folded, words: Words) -> str:
    """Say how many of a shipment's parcels have arrived; "" for a single one."""
    if not folded.pieces:
        return ""
    done = sum(piece.status is Status.DELIVERED for piece in folded.pieces)
    return words("page.pieces" if done else "page.pieces_none", done=done, total=len(folded.pieces))


def pickup_shown(point: PickupPoint | None, status: Status, words: Words) -> PickupShown | None:
    """Write where a parcel is to be collected."""
    if point is None:
        return None
    town = " ".join(part for part in (point.postcode, point.city) if part)
    told = tuple((days, whole(times)) for days, times in hours_rows(point.hours, words.tag))
    return PickupShown(
        kind=words(f"page.point_{point.kind or 'any'}"),
        name=point.name or "",
        lines=tuple(part for part in (*point.lines, town) if part and part != point.name),
        hours=told or ((("", point.hours_text),) if point.hours_text else ()),
        until=whole(moment_text(point.collect_by.local, words.tag)) if point.collect_by else "",
        code=point.code or "",
        waits=status is Status.READY_FOR_PICKUP,
    )
