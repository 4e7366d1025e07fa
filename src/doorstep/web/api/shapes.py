"""What is stored → what the API shows of it. Our ids are texts, since they may exceed what JavaScript's numbers hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from doorstep.carriers import carriers
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.orders import Order
from doorstep.domain.pickup import PickupPoint, Waits
from doorstep.domain.pitfalls import PITFALL_KINDS, Culprit, Family, NextStep, Severity, heard_instead
from doorstep.domain.places import Place
from doorstep.domain.shipments import OpenPitfall, Piece
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Status
from doorstep.insights.carbon import Carbon
from doorstep.messages import Hop
from doorstep.steps.footprint import footprint
from doorstep.steps.reliability import LEAST_WARNINGS, WARNING, TrackRecord, is_our_warning
from doorstep.steps.shape import newest_of
from doorstep.steps.way import hops_of
from doorstep.store.database import Row
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

Id = Annotated[str, Meta(description="Our id, a text of digits.", examples=["4711"])]
SupersededBy = Annotated[
    str | None,
    Meta(
        description="The kind of which the customer hears instead, as long as the reasons of both stand; null: the customer hears of this one."
    ),
]
Next = Annotated[str | None, Meta(description="Send it as `cursor` to get the next page; null on the last page.")]


class OrderShown(Order, frozen=True, kw_only=True):
    """An order as last known."""

    id: Id
    #: The customer's page of the order; whoever has the address may read it.
    page_url: str


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """Orders, newest first."""

    orders: list[OrderShown]
    next: Next = None


RecordBeside = Annotated[
    TrackRecord | None,
    Meta(
        description="Where it rests on our own estimate: how often such warnings were right. "
        f"Null: it does not, or fewer than {LEAST_WARNINGS} have been put to the test."
    ),
]


class PitfallShown(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery problem that has not closed yet."""

    kind: str
    since: datetime | None
    must_act: Actor
    family: Annotated[Family, Meta(description="What told of it: a scan, silence, prediction, a contradiction, the customer.")]
    severity: Annotated[Severity, Meta(description="As it stands by now; it rises the longer it stays open.")]
    culprit: Culprit
    next_step: Annotated[NextStep, Meta(description="What whoever must act had best do.")]
    customer: Annotated[str, Meta(description="The customer's sentence, in English.")]
    support: Annotated[str, Meta(description="The sentence for whoever answers the customer, in English.")]
    muted: bool
    superseded_by: SupersededBy
    track_record: RecordBeside


class ProblemShown(msgspec.Struct, frozen=True, kw_only=True):
    """The life of one delivery problem."""

    id: Id
    shipment_id: str
    kind: str
    family: Family
    severity: Severity
    culprit: Culprit
    must_act: Actor
    next_step: NextStep
    customer: Annotated[str, Meta(description="The customer's sentence, in English.")]
    support: Annotated[str, Meta(description="The sentence for whoever answers the customer, in English.")]
    opened_at: Annotated[datetime, Meta(description="Since when it stands.")]
    found_at: Annotated[datetime, Meta(description="When we learnt of it.")]
    escalated_at: datetime | None
    muted: bool
    superseded_by: SupersededBy
    track_record: RecordBeside = None
    closed_at: Annotated[datetime | None, Meta(description="Null: open.")]
    closed_why: Annotated[str | None, Meta(description="reason_gone, agent, or the status that ended it.")]
    note: Annotated[str, Meta(description="What the customer said of it, and the agent who closed it.")]


class ProblemPage(msgspec.Struct, frozen=True, kw_only=True):
    """Open problems, newest first."""

    pitfalls: list[ProblemShown]
    next: Next = None


class LegShown(msgspec.Struct, frozen=True, kw_only=True):
    """One carrier's part of the way under one number."""

    carrier: Annotated[str, Meta(description="Slug; empty where untold.")]
    tracking_number: str
    direction: Direction
    first_scan_at: datetime | None
    last_scan_at: datetime | None
    tracked: Annotated[bool, Meta(description="False: the carrier handed it on and reports no more.")]
    has_it: Annotated[bool, Meta(description="The parcel is with this carrier now.")]


class PickupShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is to be collected. The code that opens it is shown to the customer only."""

    kind: Annotated[str, Meta(description="locker, shop, post_office, depot; empty where untold.")]
    name: str | None
    lines: list[str]
    postcode: str | None
    city: str | None
    country: str | None
    hours: list[dict[str, int | str]]
    hours_text: str | None
    collect_by: OccurredAt | None


class PieceShown(msgspec.Struct, frozen=True, kw_only=True):
    """One of several parcels that travel as one shipment."""

    tracking_number: str
    carrier: str
    status: Status
    status_since: datetime | None
    delivered_at: datetime | None
    pickup: Annotated[PickupShown | None, Meta(description="Where this one is to be collected; null where nobody told of it alone.")]


class ShipmentShown(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment as all its checkpoints together tell it."""

    id: Id
    order_id: Annotated[str | None, Meta(description="Null: no order is known for it.")]
    tracking_number: str
    carrier: Annotated[str, Meta(description="Slug, e.g. dhl_express.")]
    carrier_name: str
    service: str | None
    status: Status
    status_since: datetime | None
    direction: Direction
    must_act: Actor
    estimate: Estimate | None
    open_pitfalls: list[PitfallShown]
    delivered_at: datetime | None
    attempts: int
    carbon: Annotated[Carbon | None, Meta(description="An estimate of what its way gives off; null where its countries are not known.")]
    legs: Annotated[list[LegShown], Meta(description="In order; empty where one carrier has it from end to end.")]
    pieces: Annotated[list[PieceShown], Meta(description="Empty for a single parcel.")]
    pickup: PickupShown | None
    page_url: Annotated[str, Meta(description="The customer's tracking page; whoever has the address may read it.")]
    changed_at: datetime


class CheckpointShown(msgspec.Struct, frozen=True, kw_only=True):
    """One carrier scan, in our words and in the carrier's."""

    event_type: str
    phase: Phase
    occurred_at: Annotated[
        OccurredAt | None, Meta(description="Local wall time and what is known of its offset; null where the carrier gave none.")
    ]
    place: Place | None
    carrier: str
    carrier_code: str
    carrier_text: str
    tracking_number: str
    is_return: bool
    counts: Annotated[bool, Meta(description="False: retracted, or of an earlier life of the number.")]


class ShipmentWhole(ShipmentShown, frozen=True, kw_only=True):
    """A shipment with all its checkpoints, oldest first."""

    checkpoints: list[CheckpointShown]


class ShipmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Shipments, newest first."""

    shipments: list[ShipmentShown]
    next: Next = None


def order_shown(kept: KeptOrder, base_url: str) -> OrderShown:
    """Show an order."""
    fields = {name: getattr(kept.order, name) for name in kept.order.__struct_fields__}
    return OrderShown(id=str(kept.order_id), page_url=f"{base_url}/o/{kept.token}", **fields)


def shipment_shown(kept: KeptShipment, base_url: str, record: TrackRecord | None) -> ShipmentShown:
    """Show a shipment; `record` stands beside a warning of our own."""
    return ShipmentShown(**_shipment_fields(kept, base_url, record))


def shipment_whole(
    kept: KeptShipment, scans: Sequence[tuple[bytes, Checkpoint]], base_url: str, record: TrackRecord | None
) -> ShipmentWhole:
    """Show a shipment with its checkpoints; `record` stands beside a warning of our own."""
    counted = frozenset(kept.folded.counted) if kept.folded else frozenset()
    shown = [_checkpoint_shown(checkpoint, counts=fingerprint in counted) for fingerprint, checkpoint in scans]
    return ShipmentWhole(**_shipment_fields(kept, base_url, record), checkpoints=shown)


def _shipment_fields(kept: KeptShipment, base_url: str, record: TrackRecord | None) -> dict[str, Any]:
    folded = kept.folded
    records = {WARNING: record} if is_our_warning(kept) else {}
    carrier = carriers().get(kept.carrier)
    return {
        "id": str(kept.shipment_id),
        "order_id": text_of(kept.order_id),
        "tracking_number": kept.tracking_number,
        "carrier": kept.carrier,
        "carrier_name": carrier.name if carrier else kept.carrier.replace("_", " ").title(),
        "service": kept.service,
        "status": folded.status if folded else Status.PENDING,
        "status_since": folded.status_since if folded else None,
        "direction": folded.direction if folded else Direction.OUTBOUND,
        "must_act": folded.must_act if folded else Actor.NOBODY,
        "estimate": folded.estimate if folded else None,
        "open_pitfalls": [_pitfall_shown(one, records.get(one.kind)) for one in folded.open_pitfalls] if folded else [],
        "delivered_at": folded.delivered_at if folded else None,
        "attempts": folded.attempts if folded else 0,
        "carbon": footprint(kept, None),
        "legs": [_leg_shown(hop) for hop in hops_of(kept)],
        "pieces": [_piece_shown(piece, kept.waits.get(piece.tracking_number)) for piece in folded.pieces] if folded else [],
        "pickup": _pickup_shown(newest.point) if (newest := newest_of(kept.waits.values())) else None,
        "page_url": f"{base_url}/t/{kept.token}",
        "changed_at": kept.changed_at,
    }


def _leg_shown(hop: Hop) -> LegShown:
    return LegShown(
        carrier=hop.carrier,
        tracking_number=hop.tracking_number,
        direction=hop.direction,
        first_scan_at=hop.from_at,
        last_scan_at=hop.to_at,
        tracked=hop.tracked,
        has_it=hop.has_it,
    )


def _piece_shown(piece: Piece, waits: Waits | None) -> PieceShown:
    return PieceShown(
        tracking_number=piece.tracking_number,
        carrier=piece.carrier,
        status=piece.status,
        status_since=piece.status_since,
        delivered_at=piece.delivered_at,
        pickup=_pickup_shown(waits.point) if waits else None,
    )


def _pickup_shown(point: PickupPoint) -> PickupShown:
    return PickupShown(
        kind=point.kind,
        name=point.name,
        lines=list(point.lines),
        postcode=point.postcode,
        city=point.city,
        country=point.country,
        hours=[{"weekday": one.weekday, "opens": one.opens, "closes": one.closes} for one in point.hours],
        hours_text=point.hours_text,
        collect_by=point.collect_by,
    )


def _pitfall_shown(one: OpenPitfall, record: TrackRecord | None) -> PitfallShown:
    return PitfallShown(
        since=one.since,
        must_act=one.must_act,
        severity=one.severity,
        muted=one.muted,
        superseded_by=one.superseded_by or None,
        track_record=record,
        **_of_kind(one.kind),
    )


def problem_shown(row: Row, records: Mapping[int, TrackRecord | None] = MappingProxyType({})) -> ProblemShown:
    """Show the life of a problem; `records` stand beside our own warnings, by shipment id."""
    fields = ("opened_at", "found_at", "escalated_at", "muted", "closed_at", "closed_why", "note")
    return ProblemShown(
        id=str(row["pitfall_id"]),
        shipment_id=str(row["shipment_id"]),
        severity=Severity(row["severity"]),
        must_act=PITFALL_KINDS[row["kind"]].must_act,
        superseded_by=(heard_instead(row["kind"], row["beside"]) or None) if row["closed_at"] is None else None,
        track_record=records.get(row["shipment_id"]) if row["kind"] == WARNING and row["closed_at"] is None else None,
        **_of_kind(row["kind"]),
        **{name: row[name] for name in fields},
    )


def _of_kind(kind: str) -> dict[str, Any]:
    known = PITFALL_KINDS[kind]
    return {
        "kind": kind,
        "family": known.family,
        "culprit": known.culprit,
        "next_step": known.step,
        "customer": known.en.customer,
        "support": known.en.support,
    }


def _checkpoint_shown(checkpoint: Checkpoint, *, counts: bool) -> CheckpointShown:
    event = EVENT_TYPES.get(checkpoint.event_type)
    return CheckpointShown(
        event_type=checkpoint.event_type,
        phase=event.phase if event else Phase.META,
        occurred_at=checkpoint.occurred_at,
        place=checkpoint.place,
        carrier=checkpoint.carrier,
        carrier_code=checkpoint.carrier_code,
        carrier_text=checkpoint.carrier_text,
        tracking_number=checkpoint.tracking_number,
        is_return=checkpoint.is_return,
        counts=counts,
    )


def text_of(number: int | None) -> str | None:
    """Write an id as a text."""
    return None if number is None else str(number)
