"""What a customer lets an outside assistant do → tokens, kept as hashes; a token, or an order's own link → who asks, and what they may.

An assistant never is the customer: it asks in its own name (`Asker.actor`), so that a yes of the customer's and one of the assistant's
cannot be taken for each other, and it reaches only what its customer reaches. docs/decisions/0024 says why.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.errors import NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.identity import Proof, by_link, hint_of
from doorstep.store import assistants, connections
from doorstep.store.assistants import Client, Grant, Issued, NewGrant
from doorstep.store.connections import Merchant
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.sealing import Sealer

#: A code is exchanged within this, an access token holds so long. Source: OAuth 2.1 draft 13, sections 4.1.2 and 7.1 (a code at most ten
#: minutes, tokens short-lived), as known on 2026-11-30.
CODE_LASTS, ACCESS_LASTS = timedelta(minutes=5), timedelta(hours=1)
#: What a customer agreed to ends after this, used or not; a token made by hand lasts as long as was chosen.
GRANT_LASTS = timedelta(days=90)
DAYS_BY_HAND = (1, 7, 30)
#: A customer has so long to sign in and answer.
WISH_LASTS = timedelta(minutes=30)
CHANNEL = "mcp"
_WISH, _WISH_PARTS = "assistant_wish", 3
_SETTING = "assistants"


class Scope(StrEnum):
    """One thing that a customer may let an assistant do."""

    #: See orders, parcels, requests, products and the profile.
    READ = "orders:read"
    #: Have an action judged and put before the customer; ask for an invoice or a human.
    PREPARE = "actions:prepare"
    #: Do what can be taken back and moves no money, without asking the customer again.
    COMMIT = "actions:commit_reversible"


class Switches(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant lets assistants do."""

    #: Those that customers let in: read and prepare.
    customers: bool = True
    #: Beside it, do what is reversible, where the customer lets them too.
    commit: bool = False
    #: Anybody's: delivery figures and what the shop says of shipping, nothing about a person.
    shopping: bool = False


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever calls by way of an assistant."""

    tenant: Tenant
    asker: Asker
    scopes: frozenset[Scope]
    #: "grant 12", "link 34", "shopping": what a confirmation is bound to.
    who: str
    #: For the records: what the assistant is called, and of whom.
    about: str
    #: BCP 47; "": the order's, then the merchant's.
    locale: str = ""
    grant: Grant | None = None
    #: The order whose own link it came by.
    order: KeptOrder | None = None

    @property
    def merchant_id(self) -> int:
        """Whose customer it is."""
        return self.tenant.merchant.merchant_id


class Let(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer agrees to."""

    #: What the customer knows the assistant by.
    name: str
    scopes: Collection[str]
    #: BCP 47, of the customer.
    locale: str
    until: datetime
    #: None: the customer carries a token there by hand.
    client_id: str | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a program wishes to be let do, on its way to the customer and back; sealed, so that nobody changes it there."""

    client_id: str
    #: Where the customer is led back to.
    redirect: str
    #: PKCE, S256.
    challenge: str
    scopes: tuple[str, ...]
    #: The program's own, given back unread; None: it gave none.
    state: str | None
    at: datetime


def switches_of(merchant: Merchant) -> Switches:
    """Read what a merchant lets assistants do; what is no switch counts as its usual."""
    kept = merchant.settings.get(_SETTING)
    known = (
        {name: value for name, value in kept.items() if name in Switches.__struct_fields__ and isinstance(value, bool)}
        if isinstance(kept, dict)
        else {}
    )
    return Switches(**known)


def with_switches(merchant: Merchant, switches: Switches) -> Merchant:
    """Give a merchant other switches."""
    return msgspec.structs.replace(merchant, settings={**merchant.settings, _SETTING: msgspec.structs.asdict(switches)})


def scopes_of(wanted: Collection[str], merchant: Merchant) -> tuple[Scope, ...]:
    """Keep of what is wished for what there is and the merchant lets."""
    switches = switches_of(merchant)
    let = {Scope.READ: switches.customers, Scope.PREPARE: switches.customers, Scope.COMMIT: switches.customers and switches.commit}
    return tuple(scope for scope in Scope if scope in wanted and let[scope])


def new_client(name: str, redirects: tuple[str, ...]) -> Client:
    """Name a program that registers itself."""
    return Client(client_id=f"dc_{secrets.token_urlsafe(18)}", name=name, redirects=redirects)


async def grant_by_hand(tx: Tx, tenant: Tenant, proof: Proof, let: Let, now: datetime) -> str:
    """Make a token that a customer carries to an assistant by hand; it is shown this once."""
    token = f"da_{secrets.token_urlsafe(32)}"
    await assistants.set_access(tx, tenant.merchant.merchant_id, await _add(tx, tenant, proof, let, now), token, let.until)
    return token


async def grant_by_code(tx: Tx, tenant: Tenant, proof: Proof, let: Let, challenge: str, redirect: str, now: datetime) -> str:
    """Let a program in as the customer agreed; return the code that it exchanges for tokens."""
    code, merchant_id = secrets.token_urlsafe(32), tenant.merchant.merchant_id
    await assistants.set_code(tx, merchant_id, await _add(tx, tenant, proof, let, now), code, challenge, redirect, now + CODE_LASTS)
    return code


async def _add(tx: Tx, tenant: Tenant, proof: Proof, let: Let, now: datetime) -> int:
    scopes = scopes_of(let.scopes, tenant.merchant)
    new = NewGrant(
        client_id=let.client_id,
        name=let.name,
        scopes=scopes,
        kind=proof.kind,
        address=proof.value,
        locale=let.locale,
        expires_at=let.until,
    )
    grant_id = await assistants.add(tx, tenant.merchant.merchant_id, new, now)
    detail = f"{let.name} for {hint_of(proof.value)}: {', '.join(scopes)}"
    await connections.audit(tx, tenant.merchant.merchant_id, f"assistant {grant_id}", "assistant let in", detail)
    return grant_id


async def exchange_code(tx: Tx, merchant_id: int, grant: Grant, code: str, now: datetime) -> Issued | None:
    """Exchange a code for the first tokens; None: somebody has."""
    issued = _issued(secrets.token_urlsafe(16), now)
    return issued if await assistants.exchange(tx, merchant_id, grant.grant_id, code, issued, now) else None


async def find_refresh(tx: Tx, merchant_id: int, refresh: str, now: datetime) -> Grant | None:
    """Find what a refresh token refreshes; one that was exchanged before was copied, and ends the grant."""
    found = await assistants.by_family(tx, merchant_id, _family_of(refresh), refresh, now)
    if found is None:
        return None
    grant, holds = found
    if not holds:
        await end(tx, merchant_id, grant, "a refresh token was used twice", now)
        return None
    return grant


async def exchange_refresh(tx: Tx, merchant_id: int, grant: Grant, refresh: str, now: datetime) -> Issued | None:
    """Exchange a refresh token for new tokens; None: somebody has."""
    issued = _issued(_family_of(refresh), now)
    return issued if await assistants.rotate(tx, merchant_id, grant.grant_id, refresh, issued, now) else None


def _issued(family: str, now: datetime) -> Issued:
    return Issued(
        access=f"da_{secrets.token_urlsafe(32)}",
        until=now + ACCESS_LASTS,
        refresh=f"dr_{family}.{secrets.token_urlsafe(32)}",
        family=family,
    )


def _family_of(refresh: str) -> str:
    return refresh.removeprefix("dr_").partition(".")[0]


async def end(tx: Tx, merchant_id: int, grant: Grant, why: str, now: datetime) -> None:
    """End what a customer let an assistant do."""
    if await assistants.revoke(tx, merchant_id, grant.grant_id, now):
        await connections.audit(tx, merchant_id, f"assistant {grant.grant_id}", "assistant turned out", f"{grant.name}: {why}")


async def caller_by_token(tx: Tx, tenant: Tenant, token: str, now: datetime) -> Caller | None:
    """Tell who calls with a token; None: it holds no more, or never did here."""
    found = await assistants.by_access(tx, tenant.merchant.merchant_id, token, now)
    return caller_of(tenant, found[0]) if found else None


def caller_of(tenant: Tenant, grant: Grant) -> Caller:
    """Tell who calls by a grant."""
    asker = Asker(
        assurance=Assurance.CODE,
        email=grant.address if grant.kind == "email" else "",
        phone=grant.address if grant.kind == "phone" else "",
        channel=CHANNEL,
        actor=f"assistant {grant.grant_id}",
    )
    return Caller(
        tenant=tenant,
        asker=asker,
        scopes=frozenset(scopes_of(grant.scopes, tenant.merchant)),
        who=f"grant {grant.grant_id}",
        about=f"{grant.name} for {hint_of(grant.address)}",
        locale=grant.locale,
        grant=grant,
    )


def caller_by_link(tenant: Tenant, kept: KeptOrder) -> Caller:
    """Tell who calls by an order's own link: that order, to read, and to have things put before its customer."""
    asker = msgspec.structs.replace(by_link(kept, channel=CHANNEL), actor="assistant by link")
    return Caller(
        tenant=tenant,
        asker=asker,
        scopes=frozenset(scopes_of((Scope.READ, Scope.PREPARE), tenant.merchant)),
        who=f"link {kept.order_id}",
        about=f"link of order {kept.order.number}",
        locale=kept.order.locale or "",
        order=kept,
    )


def shopper(tenant: Tenant) -> Caller:
    """Tell who calls for nobody: about deliveries in general, and no person."""
    return Caller(tenant=tenant, asker=Asker(channel=CHANNEL, actor="assistant"), scopes=frozenset(), who="shopping", about="no customer")


def wish_token(sealer: Sealer, merchant_id: int, wish: Wish) -> str:
    """Seal a wish for the page where the customer answers it."""
    return sealer.token(_WISH, str(merchant_id), msgspec.json.encode(wish).decode())


def read_wish(sealer: Sealer, merchant_id: int, token: str, now: datetime) -> Wish | None:
    """Open a wish; None: it is none of ours, or too old."""
    try:
        parts = sealer.read_token(token)
    except NotFoundError:
        return None
    if len(parts) != _WISH_PARTS or parts[:2] != (_WISH, str(merchant_id)):
        return None
    wish = msgspec.json.decode(parts[2], type=Wish)
    return wish if now - wish.at <= WISH_LASTS else None
