"""The kinds of lives a parcel of the demo may have: each a list of beats, and what it must fold to at its end."""

import msgspec

from doorstep.domain.vocabulary import Status


class Beat(msgspec.Struct, frozen=True):
    """One scan in a life."""

    #: What happens, as one of our event types; the vendor's tongue has a code for it. "unknown": a code no table knows.
    event_type: str
    #: "shop", "origin", "hub", "gateway", "depot" or "door".
    where: str
    #: Seconds after the beat before it, at speed 1.
    after_s: float = 20.0
    #: The carrier now expects delivery this many days after the beat's own local day; None: as stated before.
    expected_in: int | None = None
    #: "twice": the vendor sends it again, byte for byte; "late": it arrives after the beat that follows; "": as it should.
    quirk: str = ""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel's way from the label to its end."""

    slug: str
    #: For the visitor, a few words.
    title: str
    #: Tongues that have codes for all its beats.
    tongues: tuple[str, ...]
    beats: tuple[Beat, ...]
    #: The same of each further parcel of the shipment, under a number of its own.
    further: tuple[tuple[Beat, ...], ...] = ()
    #: What the fold must say at the end.
    ends: Status
    #: Kinds of pitfalls that are open at the end.
    open_pitfalls: tuple[str, ...] = ()
    #: Crosses a customs border.
    abroad: bool = False
    #: Paid at the door.
    cod: bool = False


_START = (Beat("order_data_received", "shop", 6, 0), Beat("accepted", "origin", 18), Beat("facility_departure", "origin", 16))
_ARRIVE = (Beat("facility_arrival", "hub", 20), Beat("facility_departure", "hub", 16), Beat("facility_arrival", "depot", 20))
_LATE = (Beat("facility_arrival", "depot", 30), Beat("loaded_for_delivery", "door", 20, 0), Beat("delivered", "door", 24))
_TOUR = (Beat("out_for_delivery", "door", 20, 0),)
_SENT = (*_START, *_ARRIVE)
#: The newest scan stays the newest for good: nobody tells what became of the parcel.
_SILENT = (*_START, Beat("facility_arrival", "hub", 20), Beat("facility_departure", "hub", 16))

_ALL = ("ups", "aftership", "easypost")

LIVES: dict[str, Life] = {
    life.slug: life
    for life in (
        Life(
            slug="smooth",
            title="delivered as it should",
            tongues=_ALL,
            beats=(*_SENT, *_TOUR, Beat("delivered", "door", 30)),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="neighbour",
            title="left with a neighbour",
            tongues=("ups", "aftership"),
            beats=(*_SENT, *_TOUR, Beat("delivered_neighbour", "door", 28)),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="repeated",
            title="every webhook comes twice",
            tongues=_ALL,
            beats=tuple(msgspec.structs.replace(beat, quirk="twice") for beat in (*_SENT, *_TOUR, Beat("delivered", "door", 28))),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="shuffled",
            title="scans arrive out of order",
            tongues=("ups",),
            beats=(
                *_START,
                Beat("facility_arrival", "hub", 18, quirk="late"),
                Beat("facility_departure", "hub", 14),
                Beat("facility_arrival", "depot", 18, quirk="late"),
                Beat("out_for_delivery", "door", 14, 0),
                Beat("delivered", "door", 30),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="not_home",
            title="nobody home, delivered on the second tour",
            tongues=("ups", "aftership"),
            beats=(
                *_SENT,
                *_TOUR,
                Beat("attempt_failed_not_home", "door", 22, 1),
                Beat("facility_arrival", "depot", 18),
                *_TOUR,
                Beat("delivered", "door", 26),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="customs",
            title="held by customs, then released",
            tongues=("aftership",),
            abroad=True,
            beats=(
                *_START,
                Beat("destination_country_arrival", "gateway", 18, 1),
                Beat("customs_held", "gateway", 16, 2),
                Beat("customs_released", "gateway", 34, 0),
                Beat("facility_arrival", "depot", 18),
                *_TOUR,
                Beat("delivered", "door", 26),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="papers",
            title="customs wait for papers",
            tongues=("ups", "aftership"),
            abroad=True,
            beats=(*_START, Beat("facility_arrival", "gateway", 18, 1), Beat("customs_information_required", "gateway", 18)),
            ends=Status.EXCEPTION,
            open_pitfalls=("customs_information_required",),
        ),
        Life(
            slug="address",
            title="address problem, mended",
            tongues=("aftership", "ups"),
            beats=(
                *_SENT,
                Beat("address_problem", "depot", 18, 1),
                Beat("address_changed", "depot", 36),
                *_TOUR,
                Beat("delivered", "door", 26),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="damaged",
            title="damaged on the way",
            tongues=_ALL,
            beats=(*_START, Beat("facility_arrival", "hub", 20), Beat("damaged", "hub", 18)),
            ends=Status.EXCEPTION,
            open_pitfalls=("damaged",),
        ),
        Life(
            slug="delayed",
            title="delayed by weather, made up again",
            tongues=_ALL,
            beats=(
                *_START,
                Beat("facility_arrival", "hub", 18),
                Beat("delayed_weather", "hub", 16, 1),
                Beat("facility_departure", "hub", 34),
                Beat("facility_arrival", "depot", 18),
                *_TOUR,
                Beat("delivered", "door", 28),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="returned",
            title="refused, back to the sender",
            tongues=_ALL,
            beats=(
                *_SENT,
                *_TOUR,
                Beat("refused", "door", 22),
                Beat("return_started", "depot", 18),
                Beat("returned_to_sender", "shop", 34),
            ),
            ends=Status.RETURNED,
        ),
        Life(
            slug="pickup",
            title="waits at a pick-up point, collected",
            tongues=_ALL,
            beats=(*_SENT, Beat("ready_for_pickup", "door", 20), Beat("collected_by_recipient", "door", 44)),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="locker",
            title="waits in a parcel locker with a code, collected",
            tongues=("inpost",),
            beats=(
                Beat("order_data_received", "shop", 6),
                Beat("dropped_off", "origin", 16),
                Beat("facility_departure", "origin", 14),
                Beat("facility_arrival", "hub", 16),
                Beat("facility_departure", "hub", 14),
                Beat("ready_for_pickup_locker", "door", 18),
                Beat("collected_by_recipient", "door", 80),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="pieces",
            title="three pieces: one arrives, one is late, one waits at a Packstation",
            tongues=("dhl_universal",),
            beats=(*_SENT, Beat("loaded_for_delivery", "door", 16, 0), Beat("delivered", "door", 14)),
            further=(
                (*_START, Beat("facility_arrival", "hub", 24), Beat("facility_departure", "hub", 46), *_LATE),
                (*_SENT, Beat("ready_for_pickup", "door", 40), Beat("collected_by_recipient", "door", 60)),
            ),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="cash",
            title="cash on delivery",
            tongues=("aftership",),
            cod=True,
            beats=(*_SENT, *_TOUR, Beat("delivered_cod_collected", "door", 30)),
            ends=Status.DELIVERED,
        ),
        Life(
            slug="lost",
            title="declared lost",
            tongues=("aftership", "easypost"),
            beats=(*_SILENT, Beat("lost", "hub", 44)),
            ends=Status.EXCEPTION,
            open_pitfalls=("lost",),
        ),
        Life(slug="silent", title="the scans stop", tongues=_ALL, beats=_SILENT, ends=Status.IN_TRANSIT),
        Life(
            slug="riddle",
            title="a code no table knows",
            tongues=("ups", "easypost"),
            beats=(
                *_START,
                Beat("facility_arrival", "hub", 18),
                Beat("unknown", "hub", 16),
                Beat("facility_arrival", "depot", 22),
                *_TOUR,
                Beat("delivered", "door", 28),
            ),
            ends=Status.DELIVERED,
        ),
    )
}
