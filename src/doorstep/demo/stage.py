"""A migrated database → the demo's merchant with its look, its login, its connections and what it says of itself; whatever is there already is kept."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from doorstep.demo.signing import SECRETS
from doorstep.demo.telling import tell
from doorstep.errors import ConflictError, MisconfiguredError, NotFoundError
from doorstep.steps.chat import PROVIDER as CHAT
from doorstep.steps.chat import chat_key
from doorstep.store import access, connections
from doorstep.store.connections import Connection, Merchant
from doorstep.store.database import Database, Tx
from doorstep.store.sealing import Sealer

SLUG = "casa-alma"
NAME = "Casa Alma"
#: Kind, provider, name in the desk.
_CONNECTIONS = (
    ("shop", "shopify", "Casa Alma online"),
    ("carrier", "ups", "UPS Track Alert"),
    ("carrier", "aftership", "AfterShip (GLS, DHL)"),
    ("carrier", "easypost", "EasyPost (Royal Mail, USPS, FedEx)"),
    ("carrier", "inpost", "InPost"),
    ("carrier", "dhl_universal", "DHL's push"),
    ("channel", "console", "Kept here, nothing leaves"),
    ("channel", CHAT, "Chat on the shop's pages"),
)
#: A life is over in minutes: where a real shop waits minutes for the other parcels of an order, the demo waits seconds.
_SOON = {name: {"digest_s": 10} for name in ("packed", "shipped", "delayed", "out_for_delivery", "ready_for_pickup", "delivered")}
#: The demo writes at any hour and to the same few people again and again; a real shop keeps the defaults.
_SETTINGS = {
    "journeys": {**_SOON, "partly_delivered": {"delay_s": 12}},
    "policy": {
        "quiet": {"rings_from": "00:00:00", "rings_until": "23:59:59"},
        "per_day": {"transactional": 1_000_000, "marketing": 1},
        "per_week": {"transactional": 1_000_000, "marketing": 3},
    },
    "return_days": 30,
    "return_address": {
        "name": NAME,
        "lines": ["Calle de la Paz 7"],
        "city": "Valencia",
        "postcode": "46003",
        "country": "ES",
        "phone": "+34960000000",
    },
}


class Memory(msgspec.Struct, kw_only=True):
    """What a demo remembers from one run to the next, in a file only its owner may read."""

    email: str
    password: str
    next_order: int = 1001
    #: The database has the login.
    kept: bool = False

    @classmethod
    def read(cls, file: Path) -> "Memory":
        """Read the file; make up a login where there is none yet.

        Raises:
            MisconfiguredError: the file is damaged.
        """
        try:
            return msgspec.json.decode(file.read_bytes(), type=cls)
        except FileNotFoundError:
            return cls(email="demo@casa-alma.example", password=secrets.token_urlsafe(9))
        except msgspec.MsgspecError as error:
            raise MisconfiguredError(f"{file} is damaged; delete it, and the demo makes a new login") from error

    def write(self, file: Path) -> None:
        """Write the file, whole or not at all."""
        fresh = file.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(msgspec.json.encode(self))
        fresh.replace(file)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Where the demo plays."""

    merchant_id: int
    #: Provider → path of its hook, and the secret its sender signs with.
    hooks: Mapping[str, tuple[str, str]]
    #: Public key of the chat on the shop's pages.
    chat: str = ""


async def set_up(database: Database, sealer: Sealer, memory: Memory, pictures: str) -> Stage:
    """Make the merchant, its login, its connections and what it says of itself, each unless it is there; `pictures` is where the logo is served."""
    async with database.system() as tx:
        merchant_id = await _merchant(tx, pictures)
        await _login(tx, merchant_id, memory)
        connected = await connections.connections(tx, sealer, merchant_id)
        for kind, provider, name in _CONNECTIONS:
            if not any(one.provider == provider for one in connected):
                await _connect(tx, sealer, merchant_id, (kind, provider, name))
        connected = await connections.connections(tx, sealer, merchant_id)
        for one in connected:
            if one.provider == CHAT:  # another port than last time is another site
                await connections.change(tx, sealer, msgspec.structs.replace(one, settings=_chat(pictures)), frozenset())
    await tell(database, merchant_id)
    hooks = {
        one.provider: (f"/hooks/{one.provider}/{one.hook_token}", one.settings[SECRETS[one.provider]])
        for one in connected
        if one.provider in SECRETS and SECRETS[one.provider] in one.settings
    }
    chat = next((chat_key(sealer, one) for one in connected if one.provider == CHAT), "")
    return Stage(merchant_id=merchant_id, hooks=hooks, chat=chat)


def _chat(pictures: str) -> dict[str, str]:
    """Let the demo shop's own pages show the chat, by whichever name this machine is called."""
    sites = {pictures, *(f"http://{name}:{urlsplit(pictures).port}" for name in ("127.0.0.1", "localhost"))}
    return {"allowed_origins": " ".join(sorted(sites)), "greeting": "¡Hola! Hello! Ask us about your order."}


async def _merchant(tx: Tx, pictures: str) -> int:
    brand = {
        "colour": "#9a4a2f",
        "colour_on": "#ffffff",
        "background": "#f7f1ea",
        "logo_url": f"{pictures}/logo.svg",
        "shop_url": f"{pictures}/",
        "support_email": "hola@casa-alma.example",
        "support_phone": "+34960000000",
        "address": "Casa Alma, Calle de la Paz 7, 46003 Valencia",
        "default_locale": "es",
        "font": "humanist",
    }
    try:
        found = await connections.merchant_by_slug(tx, SLUG)
    except NotFoundError:
        return await connections.add_merchant(tx, SLUG, NAME, brand, _SETTINGS)
    if any(found.brand.get(name) != brand[name] for name in ("logo_url", "shop_url")):  # another port than last time
        moved = found.brand | {name: brand[name] for name in ("logo_url", "shop_url")}
        kept = Merchant(merchant_id=found.merchant_id, slug=SLUG, name=found.name, brand=moved, settings=found.settings)
        await connections.set_merchant(tx, kept)
    return found.merchant_id


async def _login(tx: Tx, merchant_id: int, memory: Memory) -> None:
    """Make the remembered login; where the address has one whose password is forgotten, make one under another address."""
    if memory.kept:
        return
    try:
        await access.add_user(tx, merchant_id, memory.email, memory.password, "owner")
    except ConflictError:
        memory.email = f"demo-{secrets.token_hex(3)}@casa-alma.example"
        await access.add_user(tx, merchant_id, memory.email, memory.password, "owner")
    memory.kept = True


async def _connect(tx: Tx, sealer: Sealer, merchant_id: int, what: tuple[str, str, str]) -> None:
    kind, provider, name = what
    secret = {SECRETS[provider]: secrets.token_hex(20)} if provider in SECRETS else {}
    connection = Connection(
        merchant_id=merchant_id,
        connection_id=0,
        kind=kind,
        provider=provider,
        name=name,
        hook_token=secrets.token_urlsafe(24),
        settings=secret | ({"currency": "EUR"} if kind == "shop" else {}),
        active=True,
        paused_why=None,
    )
    await connections.connect(tx, sealer, connection, frozenset(secret))
