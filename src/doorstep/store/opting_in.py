"""A yes that its owner is asked to say again → kept with what was asked, and confirmed once."""

from datetime import datetime

from doorstep.store.database import Row, Tx

_ASK = """
insert into consent_asked (merchant_id, address, purpose, channel, source, wording, locale, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning asked_id
"""
_HOLD = """
select asked_id, address, purpose, channel, source, wording, locale, asked_at, confirmed_at from consent_asked
where merchant_id = $1 and asked_id = $2 for update
"""
_CONFIRM = "update consent_asked set confirmed_at = $3 where merchant_id = $1 and asked_id = $2"
_ASKED_LATELY = "select count(*) from consent_asked where merchant_id = $1 and address = $2 and asked_at > $3"
_OF = """
select asked_id, address, purpose, channel, source, wording, asked_at, confirmed_at from consent_asked
where merchant_id = $1 and address = any($2::text[]) order by asked_id desc limit 50
"""


async def ask(  # noqa: PLR0913, PLR0917 - the columns of a row
    tx: Tx, merchant_id: int, address: str, purpose: str, channel: str | None, source: str, wording: str, locale: str, now: datetime
) -> int:
    """Keep what somebody is asked to confirm; return its id."""
    asked_id: int = await tx.fetchval(_ASK, merchant_id, address, purpose, channel, source, wording, locale, now)
    return asked_id


async def hold(tx: Tx, merchant_id: int, asked_id: int) -> Row | None:
    """Read and lock what was asked; None: nothing of this id."""
    return await tx.fetchrow(_HOLD, merchant_id, asked_id)


async def confirm(tx: Tx, merchant_id: int, asked_id: int, now: datetime) -> None:
    """Note that its owner said it again."""
    await tx.execute(_CONFIRM, merchant_id, asked_id, now)


async def asked_lately(tx: Tx, merchant_id: int, address: str, since: datetime) -> int:
    """Count how often an address was asked since then."""
    times: int = await tx.fetchval(_ASKED_LATELY, merchant_id, address, since)
    return times


async def of(tx: Tx, merchant_id: int, addresses: list[str]) -> list[Row]:
    """List what these addresses were asked, newest first."""
    return await tx.fetch(_OF, merchant_id, addresses)
