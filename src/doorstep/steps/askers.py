"""A merchant's connections → which of them is asked about which carrier's numbers; shipments just written → when."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from doorstep.carriers import carriers
from doorstep.domain.plugins import Asking
from doorstep.store import ask_plans
from doorstep.store.ask_plans import Planned
from doorstep.store.checkpoints import NewCheckpoint
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.shipments import KeptShipment
from doorstep.timeline import PUSHED_FOR, Followed, next_ask_at

#: Marks an inbox row as the answer to a question of ours.
ASKED = "doorstep-asked"
#: A scan found by asking that is younger may still come by webhook.
_LATE = timedelta(hours=1)

_Number = tuple[int, str]


class Askers(msgspec.Struct, frozen=True):
    """The connections through which one merchant asks, paused ones too."""

    #: By the carrier's slug.
    direct: dict[str, Connection] = {}
    #: An aggregator, for all other carriers.
    rest: Connection | None = None

    def of(self, carrier: str) -> Connection | None:
        """Return the connection that is asked about a carrier's numbers; None: nobody is."""
        return self.direct.get(carrier, self.rest)

    def all(self) -> list[Connection]:
        """Return each connection once."""
        return list({c.connection_id: c for c in (*self.direct.values(), *([self.rest] if self.rest else []))}.values())


class Written(msgspec.Struct):
    """What one batch wrote of shipments, for whoever plans by it."""

    shipments: list[KeptShipment] = []
    fresh: list[NewCheckpoint] = []


def asking_of(connection: Connection) -> Asking | None:
    """Return how a connection is asked, at the rate it was granted; None: its plug-in cannot be, or what that needs was not given."""
    plugin = carriers().get(connection.provider) if connection.kind == "carrier" else None
    if plugin is None or plugin.asking is None or not all(connection.settings.get(name) for name in plugin.asking.needs):
        return None
    granted = connection.settings.get("calls_per_day", "")
    if granted.isascii() and granted.isdigit() and int(granted[:9]) > 0:
        return msgspec.structs.replace(plugin.asking, rate_per_s=int(granted[:9]) / 86_400)
    return plugin.asking


def askers_of(connected: Sequence[Connection]) -> Askers:
    """Choose who is asked about what: a carrier itself before one that also answers for it, before an aggregator; the active before the paused."""
    direct: dict[str, Connection] = {}
    also: dict[str, Connection] = {}
    rest: Connection | None = None
    for connection in sorted(connected, key=lambda c: (not c.active, c.connection_id)):
        asking = asking_of(connection)
        if asking is None:
            continue
        if carriers()[connection.provider].aggregates and not asking.also:
            rest = rest or connection
            continue
        direct.setdefault(connection.provider, connection)
        for slug in asking.also:
            also.setdefault(slug, connection)
    return Askers(also | direct, rest)


def credential_of(connection: Connection, asking: Asking) -> bytes:
    """Name what the carrier knows a connection by: two connections with the same share its limits."""
    parts = (connection.provider, connection.settings.get("base_url", ""), *(connection.settings[name] for name in asking.needs))
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).digest()


def next_turns(shipment: KeptShipment, asker: Connection, carrier: str, number: str, now: datetime, *, pushed: bool) -> Planned:
    """Tell when a number of a shipment is asked about, with and without webhooks; only the former where one told of it just now."""
    followed = Followed(
        folded=shipment.folded, known_at=now, zone=ZoneInfo(shipment.zone) if shipment.zone else UTC, seed=shipment.shipment_id
    )
    reconcile_at = next_ask_at(msgspec.structs.replace(followed, pushed=True), now)
    return Planned(
        merchant_id=shipment.merchant_id,
        shipment_id=shipment.shipment_id,
        connection_id=asker.connection_id,
        tracking_number=number,
        carrier=carrier,
        ask_at=reconcile_at if pushed else next_ask_at(followed, now),
        reconcile_at=reconcile_at,
        pushed=pushed,
    )


async def plan_asks(
    tx: Tx, askers: Mapping[int, Askers], written: Written, pushed: frozenset[_Number], asked: frozenset[int], now: datetime
) -> int:
    """Plan when the shipments just written are asked about; return how many scans asking found whose webhook never came.

    Args:
        tx: the batch's transaction.
        askers: of the merchants that ask at all.
        written: what the batch wrote.
        pushed: numbers a webhook told of.
        asked: the inbox rows that are answers to questions of ours.
        now: aware UTC.
    """
    found = Counter(
        (new.merchant_id, new.shipment_id)
        for new in written.fresh
        if new.inbox_id in asked and new.scan.instant_us is not None and new.scan.instant_us < (now - _LATE).timestamp() * 1e6
    )
    planned = {
        (one.merchant_id, one.shipment_id, one.connection_id, one.tracking_number): one
        for shipment in written.shipments
        if shipment.merchant_id in askers
        for one in _planned(shipment, askers[shipment.merchant_id], pushed, found, now)
    }
    return await ask_plans.plan(tx, list(planned.values()), now, now - PUSHED_FOR) if planned else 0


def _planned(
    shipment: KeptShipment, askers: Askers, pushed: frozenset[_Number], found: Mapping[tuple[int, int], int], now: datetime
) -> Iterable[Planned]:
    numbers = {shipment.tracking_number: shipment.carrier}
    if shipment.folded is not None:
        numbers |= {leg.tracking_number: leg.carrier for leg in shipment.folded.legs if leg.tracking_number not in numbers}
    told = any((shipment.merchant_id, number) in pushed for number in numbers)
    count = found.get((shipment.merchant_id, shipment.shipment_id), 0)
    for number, carrier in numbers.items():
        if (asker := askers.of(carrier)) is not None:
            yield msgspec.structs.replace(next_turns(shipment, asker, carrier, number, now, pushed=told), found=count)
            count = 0
