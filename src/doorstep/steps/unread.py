"""A mailbox that cannot be read → when it is tried again, what the desk says of it, and one mail to its merchant's owners.

What was sent goes on being sent: the mailbox is of the same connection and has a login of its own. So the reading rests, not the connection,
and the mail may leave by that very connection.
"""

from datetime import datetime, timedelta

import msgspec

from doorstep.domain.vocabulary import Skip
from doorstep.messages.notices import Unread, unread_notice
from doorstep.steps.directory import Directory
from doorstep.steps.pausing import UNTOLD, Notice, provider_name, tell_owners
from doorstep.store import decisions, mailboxes
from doorstep.store.database import Tx
from doorstep.store.mailboxes import Trouble

TRIGGER = "connection.mailbox_unread"
#: After a first failure that may pass; twice as long after each other one, up to an hour.
_FIRST, _LONGEST = timedelta(minutes=5), timedelta(hours=1)
#: What only the merchant can mend is tried again when its settings are saved, and otherwise so much later: somebody may have mended it at
#: the provider, and a login that is refused often is locked by many.
_REFUSED = timedelta(days=1)
#: Owners are told of what may pass by itself once it has lasted so long.
_PATIENCE = timedelta(days=1)


async def note_unread(tx: Tx, directory: Directory, of: tuple[int, int], why: str, now: datetime, *, refused: bool) -> None:
    """Note that the mailbox of (merchant, connection) could not be read; tell the owners at once if it was `refused`, else after a day."""
    trouble = await mailboxes.failed(tx, of, now, why, refused=refused)
    if trouble is None:
        return
    wait = _REFUSED if refused else min(_FIRST * 2 ** min(trouble.times - 1, 10), _LONGEST)
    told = msgspec.structs.replace(trouble, due_at=now + wait)
    if trouble.told_at is None and (refused or now - trouble.since >= _PATIENCE):
        untold = await _tell(tx, directory, trouble, now)
        told = msgspec.structs.replace(told, told_at=now if untold is None else None, untold=untold)
        if untold is not None and untold != trouble.untold:
            await decisions.count_skips(tx, {(of[0], TRIGGER, untold): 1}, now.date())
    await mailboxes.again(tx, told)


async def _tell(tx: Tx, directory: Directory, trouble: Trouble, now: datetime) -> Skip | None:
    tenant = directory.tenant(trouble.merchant_id)
    connection = directory.connection(trouble.merchant_id, trouble.connection_id)
    if tenant is None or connection is None:
        return Skip.NO_CHANNEL
    unread = Unread(
        shop=tenant.merchant.name,
        name=connection.name,
        provider=provider_name(connection),
        refused=trouble.refused,
        why=trouble.why,
        since=f"{trouble.since:%Y-%m-%d %H:%M} UTC",
        url=f"{directory.base_url}/desk/connections/{trouble.connection_id}",
    )
    notice = Notice(
        trigger=TRIGGER,
        template="mailbox_unread",
        content=unread_notice(unread, tenant.brand.default_locale),
        why="owners are told when a connection's mailbox cannot be read",
    )
    return await tell_owners(tx, tenant, connection, notice, now)


def unread_text(trouble: Trouble | None) -> str:
    """Say of a mailbox since when and why it is not read, what follows, and whether the owners know; "" where it is read."""
    if trouble is None:
        return ""
    since = f"Its mailbox has not been read since {trouble.since:%d %b %Y at %H:%M} UTC: {trouble.why}."
    after = (
        "Answers and bounces wait there; messages go on being sent. Save the right settings, and it is read within a minute."
        if trouble.refused
        else f"It is tried again at {trouble.due_at:%H:%M} UTC; messages go on being sent."
    )
    if trouble.told_at is not None:
        told = f" Its owners were told by e-mail on {trouble.told_at:%d %b %Y at %H:%M} UTC."
    else:
        told = f" Nobody was told by e-mail: {UNTOLD[Skip(trouble.untold)]}." if trouble.untold else ""
    return f"{since} {after}{told}"
