"""Merchants and connections as the steps know them: read whole, kept a few seconds."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from doorstep.carriers.mapping import MappedCodes
from doorstep.channels import channels
from doorstep.conversations.handing.routing import Handing
from doorstep.conversations.talks.book import Book, book_of
from doorstep.conversations.talks.changing import sound
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError
from doorstep.journeys import Journeys, load_defaults, with_overrides
from doorstep.messages import Brand, Library, Policy
from doorstep.messages.approving import APPROVED_PREFIX
from doorstep.steps.askers import Askers, askers_of
from doorstep.steps.carrier_desks import desks_of
from doorstep.steps.experience import experience_of, sending_of
from doorstep.steps.outlook import FORESIGHTS, HOUSE, Foresights, Outlook
from doorstep.store import connections, days, estimators, gaps, intent_models, mappings, templates
from doorstep.store.connections import Connection, Merchant
from doorstep.store.database import Database, Row, Tx
from doorstep.store.intent_models import KeptModel
from doorstep.store.sealing import Sealer
from doorstep.timeline import Counted, Gaps
from doorstep.timeline.estimating.counted import HALF_LIFE_DAYS
from doorstep.timeline.estimating.promising import Sending
from doorstep.timeline.foreseeing import read_foresight

_LOG = structlog.get_logger()
_FRESH_FOR = timedelta(seconds=3)
_NO_CODES = MappedCodes()
#: What is learnt of gaps, days and models comes by the thousand; what a few minutes add changes nobody's patience.
_GAPS_FRESH_FOR = timedelta(minutes=10)


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """One merchant, ready to decide and compose for."""

    merchant: Merchant
    brand: Brand
    journeys: Journeys
    policy: Policy
    library: Library
    #: Active connections of kind "channel", by what they carry.
    channels: dict[ChannelKind, Connection]
    #: Active outgoing webhooks.
    webhooks: tuple[Connection, ...]
    #: All connections, paused ones too, by id.
    connections: dict[int, Connection]
    #: What codes that no table of ours knows mean.
    codes: MappedCodes
    #: How it sends.
    sending: Sending = Sending()
    #: Through which connections carriers are asked.
    askers: Askers = Askers()
    #: Templates that providers let through at any time: (connection id, template, language).
    approved: frozenset[tuple[int, str, str]] = frozenset()
    #: Carrier's slug → e-mail address of its desk that takes requests about parcels.
    carrier_desks: Mapping[str, str] = {}
    #: How its people answer customers.
    handing: Handing = Handing()
    #: What the machine answers, and how.
    book: Book = msgspec.field(default_factory=book_of)
    #: What was taught on the merchant's own phrases and understands its customers; None: the built-in model does.
    understanding: KeptModel | None = None
    #: Parts of the merchant's changes of the talks that do not hold and are left out, a sentence each.
    talks_left_out: tuple[str, ...] = ()

    def approved_on(self, template: str, locale: str) -> frozenset[ChannelKind]:
        """Name the channels whose provider lets this template through in this language at any time."""
        language = locale.replace("_", "-").partition("-")[0].lower()
        return frozenset(
            kind for kind, connection in self.channels.items() if (connection.connection_id, template, language) in self.approved
        )

    def is_one_way(self, number: str | None) -> bool:
        """Tell whether nobody can answer a text to this number, since it comes from a name; False where no text can be sent."""
        connection = self.channels.get(ChannelKind.SMS)
        plugin = channels().get(connection.provider) if connection else None
        return bool(number and connection and plugin and plugin.one_way and plugin.one_way(connection.settings, number))


class Directory:
    """All merchants and connections, no older than three seconds."""

    def __init__(self, sealer: Sealer, base_url: str) -> None:
        self.sealer = sealer
        self.base_url = base_url
        self._tenants: dict[int, Tenant] = {}
        self._by_token: dict[str, Connection] = {}
        self._made_of: dict[int, tuple[object, ...]] = {}
        self._read_at: datetime | None = None
        self._gaps_read_at: datetime | None = None
        self._foresights = Foresights()
        #: What shipments are judged by.
        self.outlook: Outlook = HOUSE

    async def refresh(self, database: Database, now: datetime, *, force: bool = False) -> None:
        """Read again what is older than three seconds (or anything, for `force`)."""
        if not force and self._read_at is not None and now - self._read_at < _FRESH_FOR:
            return
        learnt, experience = self.outlook.gaps, self.outlook.experience
        async with database.system() as tx:
            if self._gaps_read_at is None or now - self._gaps_read_at >= _GAPS_FRESH_FOR:
                # Of hundreds of merchants these are so many that whoever shares the loop would notice.
                learnt = await asyncio.to_thread(_gaps_of, await gaps.every(tx))
                experience = await asyncio.to_thread(experience_of, await days.every(tx, now.date(), HALF_LIFE_DAYS))
                self._gaps_read_at = now
                self._foresights.there = await estimators.there(tx)
                await self._foresee(tx, list(self._foresights.there)[:FORESIGHTS])
            await self._foresee(tx, self._foresights.wanted())
            merchants = await connections.merchants(tx)
            connected = await connections.connections(tx, self.sealer)
            own, everywhere = await mappings.in_force(tx)
            approved = await templates.usable(tx, list(merchants))
            taught = await intent_models.live(tx)
        by_merchant: dict[int, list[Connection]] = {merchant_id: [] for merchant_id in merchants}
        for connection in connected:
            by_merchant[connection.merchant_id].append(connection)
        for merchant_id, merchant in merchants.items():
            codes = MappedCodes(own.get(merchant_id, {}), everywhere)
            let_through = approved.get(merchant_id, frozenset())
            understanding = taught.get(merchant_id)
            made_of = (merchant, tuple(by_merchant[merchant_id]), codes, let_through, understanding)
            if self._made_of.get(merchant_id) != made_of:
                self._made_of[merchant_id] = made_of
                self._read(merchant, by_merchant[merchant_id], codes, let_through, understanding)
        for gone in self._made_of.keys() - merchants.keys():
            self._tenants.pop(gone, None)
            del self._made_of[gone]
        muted = {merchant_id: frozenset(m.settings.get("muted_pitfalls", ())) for merchant_id, m in merchants.items()}
        self.outlook = Outlook(learnt, muted, experience, self._foresights)
        former = {c.former_hook_token: c for c in connected if c.former_hook_token and c.former_until and c.former_until > now}
        self._by_token = former | {c.hook_token: c for c in connected}
        self._read_at = now

    def outdate(self) -> None:
        """Have the next `refresh` read again, however fresh this is."""
        self._read_at = None

    async def _foresee(self, tx: Tx, merchants: Sequence[int]) -> None:
        """Have these merchants' newest models at hand."""
        missing = [merchant_id for merchant_id in merchants if not self._foresights.has_newest(merchant_id)]
        for merchant_id, trained_at, packed in await estimators.read(tx, missing) if missing else ():
            try:
                foresight = await asyncio.to_thread(read_foresight, packed)
            except msgspec.DecodeError as error:  # another version of Doorstep trained it: counted days speak until it is trained anew
                _LOG.warning("model_unreadable", merchant=merchant_id, why=str(error))
                foresight = None
            self._foresights.take(merchant_id, trained_at, foresight)

    def _read(
        self,
        merchant: Merchant,
        connected: list[Connection],
        codes: MappedCodes,
        approved: frozenset[tuple[int, str, str]],
        understanding: KeptModel | None,
    ) -> None:
        """Make a merchant ready; one whose saved settings cannot be read stays as it was and stops no other."""
        try:
            self._tenants[merchant.merchant_id] = tenant_of(merchant, connected, self.base_url, codes, approved, understanding)
        except (BadInputError, msgspec.ValidationError) as error:
            _LOG.error("merchant_unreadable", merchant=merchant.merchant_id, why=str(error))

    def tenant(self, merchant_id: int) -> Tenant | None:
        """Return a merchant; None where there is none (any more)."""
        return self._tenants.get(merchant_id)

    def tenants(self) -> list[Tenant]:
        """Return all merchants."""
        return list(self._tenants.values())

    def connection(self, merchant_id: int, connection_id: int) -> Connection | None:
        """Return a connection, active or paused."""
        tenant = self._tenants.get(merchant_id)
        return tenant.connections.get(connection_id) if tenant else None

    def codes(self, merchant_id: int) -> MappedCodes:
        """Return what codes that no table of ours knows mean to a merchant."""
        tenant = self._tenants.get(merchant_id)
        return tenant.codes if tenant else _NO_CODES

    def askers(self) -> list[Connection]:
        """Return the connections of all merchants through which carriers are asked, paused ones too."""
        return [connection for tenant in self._tenants.values() for connection in tenant.askers.all()]

    def by_hook_token(self, token: str) -> Connection | None:
        """Return the connection whose hook has this token; None where the directory knows none (yet)."""
        return self._by_token.get(token)


def _gaps_of(rows: Sequence[Row]) -> Gaps:
    return Gaps(Counted(*row) for row in rows)


_DEFAULTS = load_defaults()


def library_of(merchant: Merchant, tone: str) -> Library:
    """Put a merchant's own wording over our templates of a tone."""
    return Library.of({tuple(k.split("/")): v for k, v in merchant.settings.get("templates", {}).items()}, tone)


def _direct(carrying: Mapping[ChannelKind, Connection]) -> list[ChannelKind]:
    """Name the channels whose provider makes an approved template of free text by itself, as the connection is set up."""
    kinds = channels()
    return [kind for kind, connection in carrying.items() if (asked := kinds[connection.provider].direct) and asked(connection.settings)]


def tenant_of(
    merchant: Merchant,
    connected: list[Connection],
    base_url: str,
    codes: MappedCodes = _NO_CODES,
    approved: frozenset[tuple[int, str, str]] = frozenset(),
    understanding: KeptModel | None = None,
) -> Tenant:
    """Make a merchant ready from what is saved of it; `approved` as providers name their templates and languages."""
    kinds = channels()
    carrying: dict[ChannelKind, Connection] = {}
    webhooks: list[Connection] = []
    for connection in connected:
        if connection.kind != "channel" or not connection.active or connection.provider not in kinds:
            continue
        kind = kinds[connection.provider].kind
        if kind is ChannelKind.WEBHOOK:
            webhooks.append(connection)
        elif kind is ChannelKind.CONSOLE:  # the demo's: stands in for any channel that is not connected
            carrying.setdefault(ChannelKind.EMAIL, connection)
            carrying.setdefault(ChannelKind.SMS, connection)
        else:
            carrying[kind] = connection
    settings = merchant.settings
    changes, left_out = sound(settings.get("talks", {}))
    if left_out:
        _LOG.warning("talks_left_out", merchant=merchant.merchant_id, why="; ".join(left_out))
    brand = msgspec.convert({"name": merchant.name, "page_base": base_url, **merchant.brand}, Brand, strict=False)
    return Tenant(
        merchant=merchant,
        brand=brand,
        journeys=with_overrides(_DEFAULTS, settings.get("journeys", {})),
        policy=msgspec.convert(
            {**settings.get("policy", {}), "connected": list(carrying), "direct": _direct(carrying)}, Policy, strict=False
        ),
        library=library_of(merchant, brand.tone),
        channels=carrying,
        webhooks=tuple(webhooks),
        connections={connection.connection_id: connection for connection in connected},
        codes=codes,
        sending=sending_of(settings),
        askers=askers_of(connected),
        approved=frozenset((of, name.removeprefix(APPROVED_PREFIX), language.partition("_")[0]) for of, name, language in approved),
        carrier_desks=desks_of(settings),
        handing=msgspec.convert(settings.get("handing", {}), Handing, strict=False),
        book=book_of(changes),
        understanding=understanding,
        talks_left_out=left_out,
    )
