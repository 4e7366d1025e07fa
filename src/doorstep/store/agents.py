"""Desk users as those who answer customers ↔ rows: what they speak and can do, whether they are there, who is next."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the desk who may answer customers."""

    user_id: int
    email: str
    #: As colleagues see it; "": the first part of the e-mail address.
    name: str = ""
    #: ISO 639-1; (): every one.
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    available: bool = False
    #: Conversations given to them at once where conversations are given out.
    most: int = 8
    #: Conversations they have now, up to a hundred.
    holding: int = 0

    @property
    def shown(self) -> str:
        """How colleagues see them."""
        return self.name or self.email.partition("@")[0]


_COLUMNS = """
u.user_id, u.email, coalesce(a.name, '') as name, coalesce(a.languages, '{}') as languages, coalesce(a.skills, '{}') as skills,
coalesce(a.available, false) as available, coalesce(a.most, 8) as most
"""
_HOLDING = """
(select count(*) from (
    select from handover h where h.merchant_id = u.merchant_id and h.assignee = u.user_id and h.state in ('waiting', 'held') limit 100
) mine)
"""
_FROM = "from desk_user u left join agent a on a.merchant_id = u.merchant_id and a.user_id = u.user_id"
# Everybody who may answer, by name, with what they have.
_ALL = f"""
select {_COLUMNS}, {_HOLDING} as holding {_FROM}
where u.merchant_id = $1 and u.deactivated_at is null and u.role in ('owner', 'operations', 'support') order by u.email
"""
_NAMES = f"select {_COLUMNS}, 0 as holding {_FROM} where u.merchant_id = $1"
_ONE = f"select {_COLUMNS}, {_HOLDING} as holding {_FROM} where u.merchant_id = $1 and u.user_id = $2"
_WRITE = """
insert into agent (merchant_id, user_id, name, languages, skills, most) values ($1, $2, $3, $4, $5, $6)
on conflict (merchant_id, user_id) do update
set name = excluded.name, languages = excluded.languages, skills = excluded.skills, most = excluded.most
"""
_PRESENCE = """
insert into agent (merchant_id, user_id, available) values ($1, $2, $3)
on conflict (merchant_id, user_id) do update set available = excluded.available
"""
# Who is there, speaks and can do it, has room for it, and was given nothing for longest.
_NEXT = f"""
select a.user_id from agent a join desk_user u on u.merchant_id = a.merchant_id and u.user_id = a.user_id and u.deactivated_at is null
where a.merchant_id = $1 and a.available and ($2 = '' or a.languages = '{{}}' or $2 = any(a.languages))
    and ($3 = '' or $3 = any(a.skills)) and {_HOLDING} < a.most
order by a.given_at nulls first, a.user_id limit 1 for update of a skip locked
"""
_GIVEN = "update agent set given_at = $3 where merchant_id = $1 and user_id = $2"


def _agent(row: Row) -> Agent:
    fields = {name: row[name] for name in Agent.__struct_fields__}
    return Agent(**(fields | {"languages": tuple(row["languages"]), "skills": tuple(row["skills"])}))


async def every(tx: Tx, merchant_id: int) -> list[Agent]:
    """List everybody who may answer customers, with how much they have."""
    return [_agent(row) for row in await tx.fetch(_ALL, merchant_id)]


async def names(tx: Tx, merchant_id: int) -> dict[int, str]:
    """Tell how everybody is called who is, or was, at the desk."""
    return {row["user_id"]: _agent(row).shown for row in await tx.fetch(_NAMES, merchant_id)}


async def one(tx: Tx, merchant_id: int, user_id: int) -> Agent | None:
    """Read somebody; None: they are not at this merchant's desk."""
    row = await tx.fetchrow(_ONE, merchant_id, user_id)
    return _agent(row) if row else None


async def write(tx: Tx, merchant_id: int, user_id: int, name: str, languages: Sequence[str], skills: Sequence[str], most: int) -> None:
    """Write down what somebody speaks and can do."""
    await tx.execute(_WRITE, merchant_id, user_id, name[:80], list(languages), list(skills), most)


async def set_presence(tx: Tx, merchant_id: int, user_id: int, *, available: bool) -> None:
    """Note that somebody is there to answer, or away."""
    await tx.execute(_PRESENCE, merchant_id, user_id, available)


async def next_one(tx: Tx, merchant_id: int, language: str, skill: str, now: datetime) -> int | None:
    """Choose who is given the next conversation, in turn; None: nobody is there who can take it."""
    user_id: int | None = await tx.fetchval(_NEXT, merchant_id, language, skill)
    if user_id is not None:
        await tx.execute(_GIVEN, merchant_id, user_id, now)
    return user_id
