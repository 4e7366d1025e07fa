"""Customers of a made-up shop ask for things → cases, through the real steps; photos beside them."""

import base64
from datetime import timedelta

import msgspec
from page_shops import NOW

from doorstep.domain.actions.arguments import OpenClaim, OpenReturn, Reschedule, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, ClaimKind, Remedy
from doorstep.domain.actions.refusals import Refusal
from doorstep.steps import act
from doorstep.store import orders
from doorstep.store.cases import KeptCase

#: One grey pixel.
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")


async def case_of(house, shop, action, *, override="", now=NOW, staff=True) -> KeptCase:
    """Open a case as the shop's agent, or as a customer who came by a link."""
    await house.directory.refresh(house.database, NOW, force=True)
    tenant = house.directory.tenant(shop.merchant_id)
    order_id = shop.order_ids[f"#{action.order.removeprefix('x')}"]
    asker = Asker(assurance=Assurance.LOGIN, staff=staff, orders=(order_id,), actor="user 1" if staff else "customer", override=override)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        prepared = await act.prepare(tx, tenant, asker, action, now)
        assert not isinstance(prepared, Refusal), prepared
        done = await act.commit(tx, house.directory, tenant, asker, prepared.token, now)
    assert not isinstance(done, Refusal), done
    return done.case


async def dear_return(house, shop, number="1002", quantity=1, comment="The shade is darker than in the picture.") -> KeptCase:
    """A return that the policy does not decide alone: the lamp of an order, made dear."""
    await reprice(house, shop, number, 45_000)
    units = (Units(line_id="1", quantity=quantity, reason="taste.colour", comment=comment),)
    return await case_of(house, shop, OpenReturn(order=f"x{shop.slug}-{number}", units=units), staff=False)


async def damage(house, shop, number="1005", line_id="2", claim=ClaimKind.DAMAGED) -> KeptCase:
    """A claim with a photo, of a parcel that a neighbour took; nobody but a human decides."""
    await reprice(house, shop, number, 45_000)
    order_id = shop.order_ids[f"#{shop.slug}-{number}"]
    token = f"photo-{shop.slug}-{number}-{line_id}"
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await tx.execute(
            "insert into case_file (merchant_id, token, order_id, kind, content_type, body, created_at) values ($1, $2, $3, 'photo', 'image/png', $4, $5)",
            shop.merchant_id,
            token,
            order_id,
            PIXEL,
            NOW,
        )
    action = OpenClaim(
        order=f"x{shop.slug}-{number}",
        claim=claim,
        units=(Units(line_id=line_id, quantity=1, comment="A seam has come open."),),
        wish=Remedy.REFUND,
        comment="The box was wet, and the blanket has a hole.",
        photos=(token,),
    )
    return await case_of(house, shop, action, staff=False)


async def reprice(house, shop, number, minor) -> None:
    """Make all lines of an order cost so much each."""
    key = (shop.merchant_id, shop.order_ids[f"#{shop.slug}-{number}"])
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = (await orders.read(tx, [key]))[key]
        lines = tuple(msgspec.structs.replace(line, unit_price=type(line.unit_price)(minor, "EUR")) for line in kept.order.lines)
        total = type(kept.order.total)(minor * sum(line.quantity for line in lines), "EUR")
        await orders.write(tx, [msgspec.structs.replace(kept, order=msgspec.structs.replace(kept.order, lines=lines, total=total))], NOW)


async def rescheduled(house, shop, number="1004") -> KeptCase:
    """Another day for a parcel under way, passed on."""
    action = Reschedule(order=f"x{shop.slug}-{number}", on=(NOW + timedelta(days=3)).date())
    return await case_of(house, shop, action, staff=False)
