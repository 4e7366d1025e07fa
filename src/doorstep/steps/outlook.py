"""What was learnt of gaps and what merchants muted → what a fold is judged by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from doorstep.domain.orders import Order
from doorstep.domain.places import Place
from doorstep.domain.shipments import Around, Folded
from doorstep.domain.tracking import Checkpoint, Scan
from doorstep.domain.vocabulary import Status
from doorstep.store.shipments import KeptShipment
from doorstep.timeline import Counted, Facts, Gaps, gaps_of, lane_of
from doorstep.timeline.estimating.counted import Experience
from doorstep.timeline.foreseeing import Foresight

_NOTHING = Around()
#: Merchants whose trained models a process has at hand, some two megabytes each.
FORESIGHTS = 32
#: Statuses after which a shipment's gaps can be counted.
ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})


class Foresights:
    """The trained models that are at hand: those of the merchants that were asked for last."""

    def __init__(self) -> None:
        #: Merchant → when its newest model was trained.
        self.there: dict[int, datetime] = {}
        self._ready: dict[int, tuple[datetime, Foresight | None]] = {}
        self._missed: set[int] = set()

    def of(self, merchant_id: int) -> Foresight | None:
        """Return a merchant's; None: there is none, or it is yet to be read, which is noted."""
        found = self._ready.get(merchant_id)
        if found is None:
            if merchant_id in self.there:
                self._missed.add(merchant_id)
            return None
        return found[1]

    def wanted(self) -> list[int]:
        """Name the merchants whose model is to be read: asked for, or newer than what is at hand."""
        old = {merchant_id for merchant_id in self._ready if not self.has_newest(merchant_id)}
        return sorted((self._missed | old) & self.there.keys())[:FORESIGHTS]

    def has_newest(self, merchant_id: int) -> bool:
        """Tell whether a merchant's newest model is at hand."""
        ready = self._ready.get(merchant_id)
        return ready is not None and ready[0] == self.there.get(merchant_id)

    def take(self, merchant_id: int, trained_at: datetime, foresight: Foresight | None) -> None:
        """Have a model at hand (None: it cannot be read); the one that came first makes room."""
        self._missed.discard(merchant_id)
        self._ready.pop(merchant_id, None)
        while len(self._ready) >= FORESIGHTS:
            del self._ready[next(iter(self._ready))]
        self._ready[merchant_id] = (trained_at, foresight)


class Outlook(msgspec.Struct, frozen=True):
    """What shipments are judged by beside their own scans."""

    gaps: Gaps
    #: Merchant → kinds of problems it wants to hear nothing of.
    muted: Mapping[int, frozenset[str]] = {}
    #: How long parcels took.
    experience: Experience = Experience()
    #: What models were trained on them.
    foresights: Foresights = Foresights()


#: The house's opinion: nothing learnt, nothing muted.
HOUSE = Outlook(Gaps())


def facts_of(shipment: KeptShipment) -> Facts:
    """Take from a shipment what the rules read."""
    return Facts(
        shipment.merchant_id,
        shipment.carrier,
        shipment.service,
        shipment.zone,
        shipment.scans,
        shipment.estimates,
        shipment.around,
    )


def around_of(around: Around, order: Order, sent_at: datetime | None) -> Around:
    """Note where a shipment goes, when it was bought and, as the shop says, sent, and whether its order still stands."""
    address = order.ship_to
    return msgspec.structs.replace(
        around,
        destination=address.country if address else None,
        postcode=address.postcode if address else None,
        region=address.region if address else None,
        placed_at=order.placed_at,
        sent_at=sent_at,
        cancelled_at=order.cancelled_at,
    )


def told_where(around: Around, scan: Scan, checkpoint: Checkpoint) -> Around:
    """Note the place of the scan that makes the status."""
    place = checkpoint.place or Place()
    return msgspec.structs.replace(around, decided_in=(scan.fingerprint, place.country, place.postcode))


def origin_of(told: Iterable[tuple[Scan, Checkpoint]], around: Around = _NOTHING) -> Around:
    """Note the country of the earliest dated scan that names one: where a parcel comes from."""
    for scan, checkpoint in told:
        country, at = checkpoint.place.country if checkpoint.place else None, scan.instant_us
        if country is None or at is None:
            continue
        if around.origin is None or around.origin_us is None or (at, country) < (around.origin_us, around.origin):
            around = msgspec.structs.replace(around, origin=country, origin_us=at)
    return around


def learn(ended: Iterable[tuple[KeptShipment, Folded]]) -> list[Counted]:
    """Count the gaps of ended shipments, and note on each that they are counted."""
    counts: Counter[tuple[int, str, str, str, str, int]] = Counter()
    for shipment, folded in ended:
        around = shipment.around
        lane = lane_of(around.origin, around.destination)
        counts.update(
            (shipment.merchant_id, shipment.carrier, shipment.service or "", lane, stage, bucket)
            for stage, bucket in gaps_of(folded, shipment.scans, around)
        )
        shipment.around = msgspec.structs.replace(around, learnt=True)
    return [Counted(*key, times) for key, times in counts.items()]
