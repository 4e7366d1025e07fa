"""Files that came with replies ↔ rows: what lies with a provider, whose turn it is to be fetched, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from doorstep.domain.messages import Attachment
from doorstep.domain.vocabulary import Unfetched
from doorstep.store.database import Row, Tx

#: Files of one reply that are fetched.
MOST_FETCHED = 10


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A file that one worker has leased to fetch it."""

    merchant_id: int
    reply_id: int
    position: int
    #: Through which the reply came.
    connection_id: int
    file: Attachment
    wanted_at: datetime
    #: This one included; it names the lease.
    attempts: int

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells it from all others."""
        return self.merchant_id, self.reply_id, self.position


class Trouble(NamedTuple):
    """Why there is no file."""

    reason: Unfetched
    #: What was said; holds no address and no secret.
    why: str = ""


_KEEP = """
insert into reply_file (merchant_id, reply_id, position, name, content_type, size, content, url, media_id, unfetched)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
# Have files fetched.
_WANT = """
insert into file_due (merchant_id, reply_id, position, due_at, wanted_at)
select $1, $2, position, $4, $4 from unnest($3::int[]) as n (position) on conflict do nothing
"""
# Take files whose turn it is, a few of each connection; until $2 nobody else does.
_CLAIM = """
with ranked as (
    select d.merchant_id, d.reply_id, d.position, d.due_at, row_number() over (partition by r.merchant_id, r.connection_id order by d.due_at) as place
    from (select * from file_due where due_at <= $1 order by due_at limit 10000) d join reply r using (merchant_id, reply_id)
), turn as (
    select d.merchant_id, d.reply_id, d.position from ranked k join file_due d using (merchant_id, reply_id, position)
    where k.place <= $4 and d.due_at <= $1 order by k.place, k.due_at limit $3 for update of d skip locked
)
update file_due d set due_at = $2, attempts = d.attempts + 1, trouble = '', trouble_why = ''
from turn join reply r using (merchant_id, reply_id) join reply_file f using (merchant_id, reply_id)
where d.merchant_id = turn.merchant_id and d.reply_id = turn.reply_id and d.position = turn.position and f.position = turn.position
returning d.merchant_id, d.reply_id, d.position, d.wanted_at, d.attempts, r.connection_id, f.name, f.content_type, f.url, f.media_id
"""
# Write a file down that is not here yet.
_FETCHED = """
update reply_file set name = $4, content_type = $5, size = $6, content = $7, unfetched = '', unfetched_why = ''
where merchant_id = $1 and reply_id = $2 and position = $3 and size = 0
"""
_GIVEN_UP = (
    "update reply_file set unfetched = $4, unfetched_why = $5 where merchant_id = $1 and reply_id = $2 and position = $3 and size = 0"
)
_OUT = "delete from file_due where merchant_id = $1 and reply_id = $2 and position = $3"
# End one lease, and no other's.
_OUT_OF = f"{_OUT} and attempts = $4"
_PUT_OFF = """
update file_due set due_at = $5, trouble = $6, trouble_why = $7 where merchant_id = $1 and reply_id = $2 and position = $3 and attempts = $4
"""
# Have a file fetched that was given up or waits for its next turn; one that is under way stays as it is.
_AGAIN = """
insert into file_due (merchant_id, reply_id, position, due_at, wanted_at)
select merchant_id, reply_id, position, $4, $4 from reply_file
where merchant_id = $1 and reply_id = $2 and position = $3 and size = 0 and (url <> '' or media_id <> '')
on conflict (merchant_id, reply_id, position) do update set due_at = excluded.due_at, wanted_at = excluded.wanted_at, attempts = 0
    where file_due.trouble <> ''
returning position
"""
_UNGIVEN = "update reply_file set unfetched = '', unfetched_why = '' where merchant_id = $1 and reply_id = $2 and position = $3"
_THERE = "select position from reply_file where merchant_id = $1 and reply_id = $2 and position = $3 and size = 0 and (url <> '' or media_id <> '')"
_OF = """
select f.reply_id, f.position, f.name, f.content_type, f.size, f.unfetched, f.unfetched_why, f.url <> '' or f.media_id <> '' as elsewhere,
    d.due_at, d.wanted_at, d.attempts, d.trouble, d.trouble_why
from reply_file f left join file_due d using (merchant_id, reply_id, position)
where f.merchant_id = $1 and f.reply_id = any($2::bigint[]) order by f.reply_id, f.position
"""
_ONE = "select name, content_type, content, url, media_id from reply_file where merchant_id = $1 and reply_id = $2 and position = $3"

#: Characters kept of a name, a type, an address, a provider's id, and of what was said of trouble.
_NAME, _TYPE, _ADDRESS, _WHY = 200, 100, 4_000, 300


async def keep(tx: Tx, merchant_id: int, reply_id: int, files: Sequence[Attachment], now: datetime) -> None:
    """Write a reply's files down; those that lie with a provider are fetched from now on."""
    wanted: list[int] = []
    for position, file in enumerate(files):
        lies = not file.content and bool(file.url or file.media_id)
        if lies and len(wanted) < MOST_FETCHED:
            wanted.append(position)
        unfetched = Unfetched.TOO_MANY if lies and position not in wanted else ""
        address, media_id = _whole(file.url), _whole(file.media_id)
        name, kind = file.name[:_NAME], file.content_type[:_TYPE]
        await tx.execute(_KEEP, merchant_id, reply_id, position, name, kind, len(file.content), file.content, address, media_id, unfetched)
    if wanted:
        await tx.execute(_WANT, merchant_id, reply_id, wanted, now)


def _whole(text: str) -> str:
    """Return an address or an id; half of one leads nowhere."""
    return text if len(text) <= _ADDRESS else ""


async def claim(tx: Tx, now: datetime, until: datetime, most: int, each: int) -> list[Wanted]:
    """Lease up to `most` files until `until`, `each` of one connection at most."""
    return [
        Wanted(
            merchant_id=row["merchant_id"],
            reply_id=row["reply_id"],
            position=row["position"],
            connection_id=row["connection_id"],
            file=Attachment(name=row["name"], content_type=row["content_type"], url=row["url"], media_id=row["media_id"]),
            wanted_at=row["wanted_at"],
            attempts=row["attempts"],
        )
        for row in await tx.fetch(_CLAIM, now, until, most, each)
    ]


async def fetched(tx: Tx, one: Wanted, name: str, content_type: str, content: bytes) -> bool:
    """Write a fetched file down; False: it was here already, and stays."""
    done: str = await tx.execute(_FETCHED, *one.key, name[:_NAME], content_type, len(content), content)
    await tx.execute(_OUT, *one.key)
    return done != "UPDATE 0"


async def give_up(tx: Tx, one: Wanted, trouble: Trouble) -> None:
    """Write down that a file is not fetched any more, unless another worker holds it now."""
    if await tx.execute(_OUT_OF, *one.key, one.attempts) != "DELETE 0":
        await tx.execute(_GIVEN_UP, *one.key, trouble.reason, trouble.why[:_WHY])


async def put_off(tx: Tx, one: Wanted, due_at: datetime, trouble: Trouble) -> None:
    """Write down when a file has its next turn, unless another worker holds it now."""
    await tx.execute(_PUT_OFF, *one.key, one.attempts, due_at, trouble.reason, trouble.why[:_WHY])


async def again(tx: Tx, merchant_id: int, reply_id: int, position: int, now: datetime) -> bool:
    """Have a file that is not here fetched now; False: there is no such file, or it is here."""
    key = (merchant_id, reply_id, position)
    if await tx.fetchval(_AGAIN, *key, now) is not None:
        await tx.execute(_UNGIVEN, *key)
        return True
    return await tx.fetchval(_THERE, *key) is not None


async def of(tx: Tx, merchant_id: int, reply_ids: Sequence[int]) -> list[Row]:
    """List replies' files without their bytes.

    `reply_id, position, name, content_type, size`; `unfetched, unfetched_why` of one that was given up; `elsewhere`: it lies, or lay, with a
    provider; of one that is to be fetched `due_at, wanted_at, attempts, trouble, trouble_why`, null for all others.
    """
    return await tx.fetch(_OF, merchant_id, list(reply_ids))


async def one(tx: Tx, merchant_id: int, reply_id: int, position: int) -> Row | None:
    """Read one file; None: there is none."""
    return await tx.fetchrow(_ONE, merchant_id, reply_id, position)
