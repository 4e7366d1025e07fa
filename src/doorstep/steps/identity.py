"""What somebody tells of themselves, or types → a proof of who asks, and what it lets them reach; the same for pages, talks and the API.

Nothing here tells whether an order exists: whoever fits nothing costs the same work and gets the same answer. What counts as what, and
what each way may do, stands in docs/rules/identity.md. Tries are counted by `steps.guessing`, before anything here is called.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.likeness import names_of, plain, postcode_key, same, same_name, same_postcode
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.orders import Order
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.messages.notices import code_notice
from doorstep.shops.reading import phone_of
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.store import messages, one_time_codes, orders, recipients
from doorstep.store.connections import Merchant
from doorstep.store.database import Tx
from doorstep.store.message_rows import CODE_TEMPLATE
from doorstep.store.messages import NewMessage
from doorstep.store.one_time_codes import NewCode
from doorstep.store.orders import KeptOrder, number_key
from doorstep.store.sealing import Sealer

#: A code holds so long, and is tried so often. Source: OWASP's cheat sheets on forgotten passwords and multifactor authentication ask for
#: short life, single use and few tries, NIST SP 800-63B section 5.1.3.2 for ten minutes at most; as known on 2026-11-29.
MINUTES, MOST_TRIES = 10, 5
#: Codes for one person, and to one address, in a quarter of an hour and in a day.
MOST_LATELY, LATELY, MOST_A_DAY = 3, timedelta(minutes=15), 10
TRIGGER = "identity.code"
_DIGITS = 6
#: Orders of one number and of one post code that are compared, the newest of them.
_OF_A_NUMBER, _OF_A_POSTCODE = 5, 200
#: Orders that one proof of knowledge opens at most, and that are listed for one asker.
_MOST_KNOWN, _MOST_LISTED = 20, 50
_DAY = timedelta(days=1)
_CHANNELS = {"email": ChannelKind.EMAIL, "phone": ChannelKind.SMS}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody tells of themselves, as they typed it; "" untold."""

    number: str = ""
    email: str = ""
    #: In any spelling; `read_told` makes it E.164.
    phone: str = ""
    name: str = ""
    postcode: str = ""
    #: Our id of an order whose own link they hold; a code then goes to whoever stands on it.
    order_id: int = 0

    @property
    def person(self) -> str:
        """Name whom they say they are, the same for every spelling; "" nobody."""
        if self.order_id:
            return f"order {self.order_id}"
        if self.email:
            return f"email {self.email}"
        if self.phone:
            return f"phone {self.phone}"
        return f"name {plain(self.name)} {postcode_key(self.postcode)}" if self.name and self.postcode else ""

    @property
    def hint(self) -> str:
        """The same as somebody may read it whom it does not concern."""
        return hint_of(self.email or self.phone) if self.email or self.phone else "a name with its post code" if self.name else ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown of who asks. It opens what stands on file when it is used, not when it was made."""

    assurance: Assurance
    #: "email" or "phone": whoever has this address; "orders": only these.
    kind: str
    #: The address; of orders the one that stood on them.
    value: str
    order_ids: tuple[int, ...] = ()
    #: Aware UTC.
    at: datetime


class Sent(msgspec.Struct, frozen=True):
    """The answer to whoever wants a code, whether or not one left."""

    #: The code is handed in with it.
    handle: str


def read_told(
    number: str = "", email: str = "", phone: str = "", name: str = "", postcode: str = "", *, country: str | None = None
) -> Told:
    """Bring what somebody typed into the form in which it is compared; what cannot be read is left out. `country`: where the shop is."""
    mail = email.strip().lower()
    told = Told(number=number_key(number), email=mail if "@" in mail[1:-1] else "", phone=phone_of(phone.strip(), country) or "")
    return msgspec.structs.replace(told, name=name.strip(), postcode=postcode.strip())


def keeps_parcels_apart(merchant: Merchant) -> bool:
    """Tell whether a parcel's page leads to its order only whoever has shown that it is theirs: the link of a parcel is often passed on."""
    chosen = merchant.settings.get("identity")
    return isinstance(chosen, dict) and chosen.get("parcels_apart") is True


def hint_of(address: str) -> str:
    """Show so much of an address that its owner knows it and nobody else does: "m…a@….com", "+…67"."""
    name, at, domain = address.partition("@")
    if not at:
        return f"+…{address[-2:]}"
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@….{domain.rpartition('.')[2]}"  # noqa: PLR2004


def takes_name_and_postcode(merchant: Merchant) -> bool:
    """Tell whether this merchant takes a name with its post code as knowledge, without a number and without a code."""
    chosen = merchant.settings.get("identity")
    return isinstance(chosen, dict) and chosen.get("name_and_postcode") is True


def sends_codes(tenant: Tenant) -> tuple[str, ...]:
    """Name what this merchant can send codes to: "email", "phone"."""
    return tuple(kind for kind, channel in _CHANNELS.items() if channel in tenant.channels)


async def knows(tx: Tx, tenant: Tenant, told: Told, now: datetime) -> Proof | None:
    """Judge what somebody knows: number and e-mail, number and name and post code, or the latter two alone where the merchant lets them."""
    merchant_id = tenant.merchant.merchant_id
    fitting: Sequence[KeptOrder] = []
    if told.number:
        named = await orders.of_number(tx, merchant_id, told.number, _OF_A_NUMBER)
        fitting = [kept for kept in named if _fits(told, kept.order)]
    elif told.name and told.postcode and takes_name_and_postcode(tenant.merchant):
        fitting = await _named(tx, merchant_id, told)
    contacts = {contact_of(kept.order) for kept in fitting}
    if len(contacts) != 1 or (told.number and len(fitting) != 1):
        return None
    ids = tuple(kept.order_id for kept in fitting[:_MOST_KNOWN])
    return Proof(assurance=Assurance.KNOWLEDGE, kind="orders", value=contacts.pop(), order_ids=ids, at=now)


def _fits(told: Told, order: Order) -> bool:
    """Compare all that was told besides the number; all of it is compared, whatever comes out first."""
    email = same(told.email, order.customer.email or "\x00")
    name, postcode = _by_name(told, order)
    if told.email:
        return email
    return bool(told.name and told.postcode) and name and postcode


def _by_name(told: Told, order: Order) -> tuple[bool, bool]:
    names = names_of(order.customer.first_name, order.customer.last_name, order.ship_to)
    return same_name(told.name, names), same_postcode(told.postcode, order.ship_to.postcode if order.ship_to else None)


async def _named(tx: Tx, merchant_id: int, told: Told) -> list[KeptOrder]:
    near = await orders.of_postcode(tx, merchant_id, told.postcode, _OF_A_POSTCODE)
    return [kept for kept in near if all(_by_name(told, kept.order))]


def contact_of(order: Order) -> str:
    """Name the address of whoever bought: the e-mail, else the telephone; "" neither is known."""
    return order.customer.email or order.customer.phone or ""


async def send_code(
    tx: Tx, directory: Directory, tenant: Tenant, told: Told, now: datetime, *, by: str = "", host: str = "", locale: str = ""
) -> Sent | None:
    """Send a code to the address on file of whoever fits what was told, if anybody does; None: that person was asked about often enough.

    Args:
        tx: a transaction of the merchant's.
        directory: for the key and our address.
        tenant: the merchant.
        told: an e-mail address, a telephone, a name with its post code, or an order by its link.
        now: aware UTC.
        by: "email" or "phone", where both stand on file; "": whichever there is, the mail first.
        host: the host on which the code will be typed; one that is not ours counts for nothing.
        locale: BCP 47; "": the order's.
    """
    merchant_id, sealer = tenant.merchant.merchant_id, directory.sealer
    person = _keyed(sealer, "person", str(merchant_id), told.person)
    await one_time_codes.claim(tx, merchant_id, person)
    lately = await one_time_codes.asked(tx, merchant_id, person, now - LATELY)
    if lately >= MOST_LATELY or await one_time_codes.asked(tx, merchant_id, person, now - _DAY) >= MOST_A_DAY:
        return None
    found = await _whereto(tx, tenant, told, by, now)
    handle, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    kind, address, order = found or (None, None, None)
    new = NewCode(
        handle=handle,
        code_hash=_keyed(sealer, "code", str(merchant_id), handle, code),
        person=person,
        kind=kind,
        address=address,
        expires_at=now + timedelta(minutes=MINUTES),
    )
    await one_time_codes.add(tx, merchant_id, new, now)
    speaks = locale or (order.locale if order else None) or tenant.brand.default_locale
    bound = _bound_to(directory, tenant, host)
    content = code_notice(tenant.brand.name, code, MINUTES, speaks, host=bound, text=kind == "phone")
    if kind is not None and address is not None:
        await messages.queue(tx, [_message(tenant, _CHANNELS[kind], address, content, speaks, handle, now)])
    return Sent(handle)


async def _whereto(tx: Tx, tenant: Tenant, told: Told, by: str, now: datetime) -> tuple[str, str, Order] | None:
    """Choose the address on file that a code goes to; None: nobody fits, nothing reaches them, or they were sent enough."""
    merchant_id = tenant.merchant.merchant_id
    fitting = await _owned(tx, merchant_id, told)
    if not fitting or (len({contact_of(kept.order) for kept in fitting}) != 1 and not (told.email or told.phone)):
        return None
    order = fitting[0].order
    asked = {"email": told.email, "phone": told.phone} if told.email or told.phone else {}
    on_file = {"email": order.customer.email, "phone": order.customer.phone}
    kinds = sorted((kind for kind in _CHANNELS if not asked or asked[kind]), key=lambda kind: kind != by if by else 0)
    for kind in kinds:
        address, channel = on_file[kind], _CHANNELS[kind]
        if not address or channel not in tenant.channels:
            continue
        standing = (await recipients.wishes(tx, [(merchant_id, address)]))[merchant_id, address]
        if {(channel, None), (channel, Purpose.TRANSACTIONAL)} & set(standing.suppressed):
            continue
        if await one_time_codes.sent(tx, merchant_id, address, now - LATELY) >= MOST_LATELY:
            continue
        if await one_time_codes.sent(tx, merchant_id, address, now - _DAY) < MOST_A_DAY:
            return kind, address, order
    return None


async def _owned(tx: Tx, merchant_id: int, told: Told) -> Sequence[KeptOrder]:
    """The orders of whom somebody says they are, newest first."""
    if told.order_id:
        return list((await orders.read(tx, [(merchant_id, told.order_id)])).values())
    if told.email:
        return await orders.of_contact(tx, merchant_id, "email", told.email, 1)
    if told.phone:
        return await orders.of_contact(tx, merchant_id, "phone", told.phone, 1)
    return await _named(tx, merchant_id, told) if told.name and told.postcode else []


def _bound_to(directory: Directory, tenant: Tenant, host: str) -> str:
    """The host that a text names: only one of ours, or whoever sends a request under another name would have it offered there."""
    ours = urlsplit(directory.base_url)
    if ours.scheme != "https":
        return ""
    return host if host and host == tenant.merchant.host else ours.hostname or ""


def _message(tenant: Tenant, channel: ChannelKind, address: str, content: Rendered, locale: str, handle: str, now: datetime) -> NewMessage:
    return NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=tenant.merchant.merchant_id,
            channel=channel,
            to=address,
            content=content,
            locale=locale,
            purpose=Purpose.TRANSACTIONAL,
            topic="identity",
            created_at=now,
            reply_to=tenant.brand.support_email if channel is ChannelKind.EMAIL else None,
        ),
        connection_id=tenant.channels[channel].connection_id,
        template=CODE_TEMPLATE,
        trigger=TRIGGER,
        why_key=hashlib.blake2b(f"code {handle}".encode(), digest_size=16).digest(),
        order_id=None,
        shipment_ids=(),
        why="somebody asked for a code to show that this address is theirs",
        due_at=now - timedelta(minutes=MINUTES),  # before what waits in the outbox: somebody sits there and waits for it
    )


async def check_code(tx: Tx, sealer: Sealer, merchant_id: int, handle: str, typed: str, now: datetime) -> Proof | None:
    """Take one try of a code; the transaction has to commit whatever comes out. None: wrong, used, too old, tried too often, or nobody's."""
    row = await one_time_codes.take_try(tx, merchant_id, handle[:200], now, MOST_TRIES)
    digits = "".join(one for one in typed if one.isdecimal() and one.isascii())
    hashed = _keyed(sealer, "code", str(merchant_id), handle[:200], digits)
    fits = secrets.compare_digest(hashed, row["code_hash"] if row else bytes(len(hashed)))
    if row is None or not fits or row["address"] is None:
        return None
    await one_time_codes.use(tx, merchant_id, row["code_id"], row["address"], now)
    return Proof(assurance=Assurance.CODE, kind=row["kind"], value=row["address"], at=now)


def _keyed(sealer: Sealer, *parts: str) -> bytes:
    """Hash under the installation's key: six digits alone are soon tried out."""
    return hashlib.blake2b(sealer.token("identity", *parts).encode(), digest_size=16).digest()


async def asker_of(tx: Tx, merchant_id: int, proof: Proof, *, channel: str = "page") -> Asker | None:
    """Tell what a proof opens now; None: nothing any more, since what it was about stands otherwise on file."""
    if proof.kind == "orders":
        kept = await orders.read(tx, [(merchant_id, one) for one in proof.order_ids])
        ids = tuple(one.order_id for one in kept.values() if contact_of(one.order) == proof.value)
        return Asker(assurance=proof.assurance, orders=ids, channel=channel) if ids else None
    if proof.kind == "email":
        return Asker(assurance=proof.assurance, email=proof.value, channel=channel)
    return Asker(assurance=proof.assurance, phone=proof.value, channel=channel)


def by_link(kept: KeptOrder, *, channel: str = "page") -> Asker:
    """Whoever came by an order's own link: that order, and nothing else of its customer."""
    return Asker(assurance=Assurance.LINK, orders=(kept.order_id,), channel=channel)


def reaches(asker: Asker, kept: KeptOrder) -> bool:
    """Tell whether an order, as it lies in the store, is theirs to ask about."""
    customer = kept.order.customer
    mail, phone = (customer.email or "").casefold(), customer.phone or ""
    return kept.order_id in asker.orders or bool(asker.email and asker.email == mail) or bool(asker.phone and asker.phone == phone)


async def orders_of(tx: Tx, merchant_id: int, asker: Asker, most: int = _MOST_LISTED) -> list[KeptOrder]:
    """List the orders that an asker reaches, newest first."""
    found: dict[int, KeptOrder] = {}
    for kind, value in (("email", asker.email), ("phone", asker.phone)):
        if value:
            found |= {kept.order_id: kept for kept in await orders.of_contact(tx, merchant_id, kind, value, most)}
    linked = [(merchant_id, one) for one in asker.orders if one not in found]
    found |= {kept.order_id: kept for kept in (await orders.read(tx, linked)).values()} if linked else {}
    return sorted(found.values(), key=lambda kept: -kept.order_id)[:most]
