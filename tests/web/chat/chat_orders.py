"""Orders of the chat's shop, with parcels and scans → rows, through the real steps."""

from datetime import datetime, timedelta

from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Fulfilment, Order, OrderLine, Payment
from doorstep.domain.places import Address, Place
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.steps.advance import Seen, advance
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.decide import decide
from doorstep.steps.order import Told, take_orders
from doorstep.steps.work import utc_now
from doorstep.store import connections

EMAIL = "ana@mail.example"
#: Of the last scan, as the carrier said it.
SCANNED = "06:20"


def _scan(kind: str, at: datetime, number: str, city: str, text: str) -> Checkpoint:
    return Checkpoint(
        event_type=kind,
        occurred_at=OccurredAt(at.strftime("%Y-%m-%dT%H:%M"), "+01:00", ZoneSource.SENT, Precision.MINUTE),
        place=Place(city=city, country="ES"),
        carrier="dhl_parcel_de",
        carrier_code=f"{kind}/{at:%d%H%M}",
        carrier_text=text,
        tracking_number=number,
    )


def _order(number: str, tracking: str, now: datetime) -> Order:
    return Order(
        external_id=f"x{number}",
        number=f"#{number}",
        placed_at=now - timedelta(days=4),
        updated_at=now - timedelta(days=3),
        customer=Customer(first_name="Ana", last_name="Ruiz", email=EMAIL, phone="+34600000001"),
        ship_to=Address(name="Ana Ruiz", lines=("Calle Inventada 12",), city="Madrid", postcode="28004", country="ES"),
        lines=(OrderLine(line_id="1", name="Oak desk lamp", quantity=1, unit_price=Money(8900, "EUR")),),
        total=Money(8900, "EUR"),
        payment=Payment.PAID,
        locale="en",
        fulfilments=(
            Fulfilment(
                fulfilment_id=f"{number}-1",
                created_at=now - timedelta(days=3),
                updated_at=now - timedelta(days=3),
                carrier="DHL Paket",
                tracking_numbers=(tracking,),
                lines={},
            ),
        ),
    )


async def sell(talk, *, on_its_way: str, arrived: str) -> None:
    """Sell our chat's shop two orders of Ana's: one on its way, one that came yesterday."""
    now, merchant_id = utc_now(), talk.ours[0]
    plugin = plugin_named("shop", "generic")
    async with talk.house.database.system() as tx:
        wanted = new_connection(merchant_id, "shop", "generic", "Shop", checked(plugin, {}))
        shop = await connections.connect(tx, talk.house.directory.sealer, wanted, secret_names(plugin))
    await talk.house.directory.refresh(talk.house.database, now, force=True)
    seen = []
    for number, ends in ((on_its_way, ("facility_departure", "Departed from facility")), (arrived, ("delivered", "Delivered"))):
        tracking, yesterday = f"TRACK{number}", now - timedelta(days=1)
        scans = (
            _scan("picked_up", now - timedelta(days=3), tracking, "Hamburg", "Picked up"),
            _scan(ends[0], datetime.fromisoformat(f"{yesterday:%Y-%m-%d}T{SCANNED}"), tracking, "Zaragoza", ends[1]),
        )
        expected = Estimate(from_on=(now + timedelta(days=2)).date(), to_on=(now + timedelta(days=2)).date())
        seen.append(
            Tracking(
                tracking_number=tracking,
                carrier="dhl_parcel_de",
                checkpoints=scans,
                estimates=(expected,) if number == on_its_way else (),
            )
        )
    async with talk.house.database.system() as tx:
        sold = [
            Told(merchant_id=merchant_id, connection_id=shop, fact=OrderSeen(_order(number, f"TRACK{number}", now)))
            for number in (on_its_way, arrived)
        ]
        happenings = await take_orders(tx, sold, now)
        last = await tx.fetchval("select coalesce(max(inbox_id), 0) from checkpoint where merchant_id = $1", merchant_id)
        told = [Seen(merchant_id=merchant_id, inbox_id=last + place, received_at=now, tracking=one) for place, one in enumerate(seen, 1)]
        await decide(tx, happenings + await advance(tx, told, now), talk.house.directory, now)
