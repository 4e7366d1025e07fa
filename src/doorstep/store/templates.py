"""Templates at providers that approve them ↔ rows, and whose turn it is to be asked about them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.plugins import Template
from doorstep.store.database import Row, Tx


class KeptTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template at a provider, and how it stands."""

    name: str
    #: As the provider writes it: "en_US".
    language: str
    #: The provider's: "pending", "approved", "rejected", "paused", "disabled", "unknown"; or "asked": we are to hand it in, "refused": it
    #: was not taken when we did.
    status: str
    #: "utility", "marketing", "authentication"; "" untold.
    category: str = ""
    #: The provider's.
    reason: str = ""
    #: `hash_of` what we handed in; None: we did not.
    body_hash: bytes | None = None
    #: Why we do not send by it, whatever the provider says; None: we do.
    paused_why: str | None = None
    #: Since when it stands so, aware UTC.
    at: datetime

    @property
    def usable(self) -> bool:
        """A message may go by it."""
        return self.status == "approved" and self.paused_why is None

    @property
    def shown(self) -> str:
        """How it stands for whoever looks: ours where we paused it, else the provider's."""
        return "paused" if self.paused_why is not None else self.status


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """When a connection's templates are asked about next, and how the last time went."""

    due_at: datetime
    #: None: never yet.
    listed_at: datetime | None
    #: Why the last time came to nothing; None: it did not.
    trouble: str | None


def hash_of(template: Template) -> bytes:
    """Tell one text for approval from another: a change of its body, buttons or answers changes it."""
    said = (template.body, template.link_title, template.link_base, template.choices)
    return hashlib.blake2b(msgspec.msgpack.encode(said), digest_size=16).digest()


_COLUMNS = "name, language, status, category, reason, body_hash, paused_why, at"
# A connection's templates, in the order of their names; locked where they are to be changed.
_OF = f"select {_COLUMNS} from approved_template where merchant_id = $1 and connection_id = $2 order by name, language"
_HOLD = f"{_OF} for update"
# Write down how templates stand; what was handed in stays as it is.
_KEEP = """
insert into approved_template (merchant_id, connection_id, name, language, status, category, reason, paused_why, at)
select $1, $2, n.name, n.language, n.status, n.category, n.reason, n.paused_why, n.at
from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
    as n (name, language, status, category, reason, paused_why, at)
on conflict (merchant_id, connection_id, name, language) do update
set status = excluded.status, category = excluded.category, reason = excluded.reason, paused_why = excluded.paused_why, at = excluded.at
"""
# Note what is to be handed in; it is the provider's turn again, so what paused it stays until it is approved anew.
_ASK = """
insert into approved_template (merchant_id, connection_id, name, language, status, category, body_hash, document, at)
values ($1, $2, $3, $4, 'asked', 'utility', $5, $6::json, $7)
on conflict (merchant_id, connection_id, name, language) do update
set status = 'asked', category = 'utility', reason = '', body_hash = excluded.body_hash, document = excluded.document, at = excluded.at
"""
# What is to be handed in.
_ASKED = "select document from approved_template where merchant_id = $1 and connection_id = $2 and status = 'asked' order by name, language"
# By which templates messages of these merchants may go.
_USABLE = """
select merchant_id, connection_id, name, language from approved_template
where merchant_id = any($1::bigint[]) and status = 'approved' and paused_why is null
"""

# Give connections a turn that have none yet.
_LINE_UP = """
insert into approval_due (merchant_id, connection_id, due_at)
select c.merchant_id, c.connection_id, $3 from unnest($1::bigint[], $2::bigint[]) as n (merchant_id, connection_id)
join connection c using (merchant_id, connection_id)
on conflict do nothing
"""
# Take connections whose turn it is; until $2 nobody else does.
_CLAIM = """
update approval_due d set due_at = $2 from (
    select a.merchant_id, a.connection_id from approval_due a join connection c using (merchant_id, connection_id)
    where a.due_at <= $1 and c.state = 'active' order by a.due_at limit $3 for update of a skip locked
) turn
where d.merchant_id = turn.merchant_id and d.connection_id = turn.connection_id returning d.merchant_id, d.connection_id
"""
# Write down how a turn went; somebody who wanted the next one at once meanwhile gets it.
_DONE = """
update approval_due set due_at = case when due_at = $3 then $4 else due_at end,
    listed_at = case when $6::text is null then $5 else listed_at end, trouble = $6
where merchant_id = $1 and connection_id = $2
"""
_WANT = """
insert into approval_due (merchant_id, connection_id, due_at) values ($1, $2, $3)
on conflict (merchant_id, connection_id) do update set due_at = least(approval_due.due_at, excluded.due_at)
"""
_DUE = "select due_at, listed_at, trouble from approval_due where merchant_id = $1 and connection_id = $2"


async def of(tx: Tx, merchant_id: int, connection_id: int, *, hold: bool = False) -> list[KeptTemplate]:
    """List a connection's templates by name and language; `hold` keeps others from changing them until the transaction ends."""
    return [_kept(row) for row in await tx.fetch(_HOLD if hold else _OF, merchant_id, connection_id)]


def _kept(row: Row) -> KeptTemplate:
    return KeptTemplate(**dict(row))


async def keep(tx: Tx, merchant_id: int, connection_id: int, stand: Sequence[KeptTemplate]) -> None:
    """Write down how templates stand; their `body_hash` is left as it is."""
    rows = sorted(stand, key=lambda one: (one.name, one.language))  # two workers, one order
    await tx.execute(
        _KEEP,
        merchant_id,
        connection_id,
        [one.name for one in rows],
        [one.language for one in rows],
        [one.status for one in rows],
        [one.category for one in rows],
        [one.reason for one in rows],
        [one.paused_why for one in rows],
        [one.at for one in rows],
    )


async def ask(tx: Tx, merchant_id: int, connection_id: int, template: Template, now: datetime) -> None:
    """Note that a template is to be handed in, and that it is this connection's turn."""
    document = msgspec.json.encode(template).decode()
    await tx.execute(_ASK, merchant_id, connection_id, template.name, template.language, hash_of(template), document, now)
    await want(tx, merchant_id, connection_id, now)


async def asked(tx: Tx, merchant_id: int, connection_id: int) -> list[Template]:
    """List what is to be handed in."""
    rows = await tx.fetch(_ASKED, merchant_id, connection_id)
    return [msgspec.json.decode(row["document"], type=Template) for row in rows]


async def usable(tx: Tx, merchants: Sequence[int]) -> dict[int, frozenset[tuple[int, str, str]]]:
    """Tell by which (connection, name, language) messages of merchants may go; every merchant asked for is there."""
    found: dict[int, set[tuple[int, str, str]]] = {merchant_id: set() for merchant_id in merchants}
    for row in await tx.fetch(_USABLE, list(merchants)):
        found[row["merchant_id"]].add((row["connection_id"], row["name"], row["language"]))
    return {merchant_id: frozenset(templates) for merchant_id, templates in found.items()}


async def line_up(tx: Tx, connections: Sequence[tuple[int, int]], now: datetime) -> None:
    """Give (merchant, connection) pairs a turn that have none; one that is gone is left out."""
    await tx.execute(_LINE_UP, [one[0] for one in connections], [one[1] for one in connections], now)


async def claim(tx: Tx, now: datetime, until: datetime, most: int) -> list[tuple[int, int]]:
    """Take up to `most` (merchant, connection) pairs whose turn it is; paused connections have none."""
    return [(row["merchant_id"], row["connection_id"]) for row in await tx.fetch(_CLAIM, now, until, most)]


async def done(tx: Tx, whose: tuple[int, int], until: datetime, due_at: datetime, now: datetime, trouble: str | None) -> None:
    """Write down how a turn taken until `until` went (`trouble`: why it came to nothing), and when the next one is due."""
    await tx.execute(_DONE, *whose, until, due_at, now, trouble)


async def want(tx: Tx, merchant_id: int, connection_id: int, now: datetime) -> None:
    """Make it this connection's turn now."""
    await tx.execute(_WANT, merchant_id, connection_id, now)


async def due(tx: Tx, merchant_id: int, connection_id: int) -> Due | None:
    """Tell a connection's turn; None: it has none yet."""
    row = await tx.fetchrow(_DUE, merchant_id, connection_id)
    return Due(**dict(row)) if row else None
