"""Orders → where their customers can be written to, and what is known of each address; set-based, and for mail alone no more than before."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.channels import channels
from doorstep.domain.messages import Device
from doorstep.domain.orders import Order
from doorstep.domain.people import IdentityKind
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages import Evidence
from doorstep.steps.directory import Directory, Tenant
from doorstep.store import conversations, people, push, recipients
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.recipients import Standing

#: Channels on which a customer is known by another name than the order has.
_BY_OTHER_NAME = {
    ChannelKind.WHATSAPP: IdentityKind.BSUID,
    ChannelKind.MESSENGER: IdentityKind.PSID,
    ChannelKind.INAPP: IdentityKind.APP,
    ChannelKind.CHAT: IdentityKind.CHAT,
}
_WINDOWED = (ChannelKind.WHATSAPP, ChannelKind.MESSENGER)
#: How far back what became of messages tells something of an address.
_EVIDENCE = timedelta(days=90)
#: With so many open addresses there is something to choose.
_SEVERAL = 2


class Reached(msgspec.Struct, frozen=True):
    """Where a customer can be written to, and what we know of each address."""

    addresses: dict[ChannelKind, str]
    standing: dict[ChannelKind, Standing]
    #: Until when free text is taken.
    windows: dict[ChannelKind, datetime] = {}
    #: What became of earlier messages; only where there is something to choose.
    evidence: dict[ChannelKind, Evidence] = {}
    devices: dict[ChannelKind, tuple[Device, ...]] = {}


#: Merchant, order, whether it is marketing.
Asked = tuple[int, KeptOrder, bool]


async def reach(tx: Tx, asked: Sequence[Asked], directory: Directory, now: datetime) -> list[Reached]:
    """Find out, for each, in order."""
    tenants = _tenants(asked, directory)
    found = await addresses_of(tx, asked, directory)
    devices = await _add_browsers(tx, asked, found, tenants)
    wanted = {(of[0], address) for of, addresses in zip(asked, found, strict=True) for address in addresses.values()}
    # A cap on marketing holds whoever else is composing. Service messages never wait for each other: their cap only stops a loop.
    if alone := {(of[0], address) for of, addresses in zip(asked, found, strict=True) if of[2] for address in addresses.values()}:
        await recipients.count_alone(tx, alone)
    standing = await recipients.standing(tx, list(wanted), now) if wanted else {}
    windows = await windows_of(tx, asked, found, directory)
    evidence = await _evidence(tx, asked, found, tenants, now)
    return [
        Reached(
            addresses,
            {kind: standing[of[0], address] for kind, address in addresses.items()},
            {kind: windows[of[0], kind, address] for kind, address in addresses.items() if (of[0], kind, address) in windows},
            {kind: evidence[of[0], kind, address] for kind, address in addresses.items() if (of[0], kind, address) in evidence},
            {ChannelKind.PUSH: browsers} if browsers else {},
        )
        for of, addresses, browsers in zip(asked, found, devices, strict=True)
    ]


def _tenants(asked: Sequence[Asked], directory: Directory) -> dict[int, Tenant | None]:
    return {merchant_id: directory.tenant(merchant_id) for merchant_id, _, _ in asked}


async def addresses_of(tx: Tx, asked: Sequence[Asked], directory: Directory) -> list[dict[ChannelKind, str]]:
    """Tell under which addresses each customer is known, in order; browsers apart."""
    tenants = _tenants(asked, directory)
    found = [_known_addresses(order, tenants[merchant_id]) for merchant_id, order, _ in asked]
    await _add_other_names(tx, asked, found, tenants)
    return found


def _known_addresses(order: KeptOrder, tenant: Tenant | None) -> dict[ChannelKind, str]:
    customer = order.order.customer
    found: dict[ChannelKind, str] = {}
    if customer.email:
        found[ChannelKind.EMAIL] = customer.email
    if customer.phone:
        found[ChannelKind.SMS] = customer.phone
        if tenant is not None and ChannelKind.WHATSAPP in tenant.policy.connected:
            found[ChannelKind.WHATSAPP] = customer.phone
    return found


async def _add_other_names(
    tx: Tx, asked: Sequence[Asked], found: Sequence[dict[ChannelKind, str]], tenants: dict[int, Tenant | None]
) -> None:
    """Add the names by which customers are known elsewhere, of merchants that have a channel for them."""
    names: list[tuple[int, IdentityKind, str]] = []
    for (merchant_id, order, _), _addresses in zip(asked, found, strict=True):
        if _other_channels(tenants[merchant_id]):
            customer = order.order.customer
            names += [(merchant_id, IdentityKind.EMAIL, customer.email)] if customer.email else []
            names += [(merchant_id, IdentityKind.PHONE, customer.phone)] if customer.phone else []
    if not names:
        return
    known = await people.reachable(tx, names)
    for (merchant_id, order, _), addresses in zip(asked, found, strict=True):
        for kind in _other_channels(tenants[merchant_id]):
            for own in (order.order.customer.email, order.order.customer.phone):
                other = known.get((merchant_id, own or ""), {}).get(_BY_OTHER_NAME[kind])
                if other:
                    addresses.setdefault(kind, other)


async def _add_browsers(
    tx: Tx, asked: Sequence[Asked], found: Sequence[dict[ChannelKind, str]], tenants: dict[int, Tenant | None]
) -> list[tuple[Device, ...]]:
    """Find the browsers that customers subscribed, of merchants that send to browsers; they are reached under the customer's own address."""
    wanted = [_wanted_browsers(of[0], of[1], tenants[of[0]]) for of in asked]
    if not any(wanted):
        return [()] * len(wanted)
    known = await push.devices(tx, {one for one in wanted if one})
    devices = [known.get(one, ()) if one else () for one in wanted]
    for one, browsers, addresses in zip(wanted, devices, found, strict=True):
        if one and browsers:
            addresses[ChannelKind.PUSH] = one[1]
    return devices


def _wanted_browsers(merchant_id: int, order: KeptOrder, tenant: Tenant | None) -> push.Wanted | None:
    connection = tenant.channels.get(ChannelKind.PUSH) if tenant else None
    own = own_address(order.order)
    if connection is None or own is None:
        return None
    return merchant_id, own, None if tells_all(connection.settings) else order.order_id


def own_address(order: Order) -> str | None:
    """Name a customer by their e-mail address, else their phone: what their browsers are kept under. None: neither is known."""
    return order.customer.email or order.customer.phone or None


def tells_all(settings: Mapping[str, str]) -> bool:
    """Say whether a browser is told of all orders of its customer, not only of the one on whose page it was subscribed.

    Not unless the merchant says so: a page's address is often passed on, and whoever has it may subscribe a browser of theirs.
    """
    return settings.get("tells") == "customer"


def _other_channels(tenant: Tenant | None) -> list[ChannelKind]:
    return [kind for kind in _BY_OTHER_NAME if kind in tenant.policy.connected] if tenant else []


async def windows_of(
    tx: Tx, asked: Sequence[Asked], found: Sequence[dict[ChannelKind, str]], directory: Directory
) -> dict[tuple[int, ChannelKind, str], datetime]:
    """Tell until when free text is taken: so long after the customer wrote, as the provider says."""
    tenants = _tenants(asked, directory)
    wanted = [(of[0], kind, addresses[kind]) for of, addresses in zip(asked, found, strict=True) for kind in _WINDOWED if kind in addresses]
    if not wanted:
        return {}
    heard = await conversations.last_in(tx, wanted)
    lasting = {}
    for (merchant_id, kind, address), at in heard.items():
        tenant = tenants[merchant_id]
        connection = tenant.channels.get(kind) if tenant else None
        plugin = channels().get(connection.provider) if connection else None
        if plugin is not None and plugin.window_s is not None:
            lasting[merchant_id, kind, address] = at + timedelta(seconds=plugin.window_s)
    return lasting


async def _evidence(
    tx: Tx, asked: Sequence[Asked], found: Sequence[dict[ChannelKind, str]], tenants: dict[int, Tenant | None], now: datetime
) -> dict[tuple[int, ChannelKind, str], Evidence]:
    wanted: set[tuple[int, str]] = set()
    for (merchant_id, _, _), addresses in zip(asked, found, strict=True):
        tenant = tenants[merchant_id]
        open_ones = [kind for kind in addresses if tenant and kind in tenant.policy.connected]
        if tenant and len(open_ones) >= _SEVERAL and not tenant.policy.strict_order:
            wanted |= {(merchant_id, addresses[kind]) for kind in open_ones}
    if not wanted:
        return {}
    rows = await recipients.evidence(tx, list(wanted), now - _EVIDENCE)
    return {
        (row["merchant_id"], ChannelKind(row["channel"]), row["address"]): Evidence(row["sent"], row["failed"], row["opened"])
        for row in rows
    }
