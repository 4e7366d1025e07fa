"""A connection that cannot be used as it is set up → paused, and each of its merchant's owners told of it by one mail.

The mail stands in the outbox in the transaction that pauses: a pause that is rolled back tells nobody, and one that stands tells once,
whichever worker was first. It leaves by the merchant's own e-mail connection; where none is in use, once one is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from doorstep.channels import channels
from doorstep.domain.messages import Change, Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.errors import BadInputError, NotFoundError
from doorstep.messages.notices import Paused, paused_notice
from doorstep.steps.connect import plugin_named
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.store import access, connections, decisions, message_lists, messages, recipients
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.decisions import why_key
from doorstep.store.messages import NewMessage

_LOG = structlog.get_logger()
TRIGGER = "connection.paused"
#: Notices that one owner gets within `_WITHIN` at most: whoever resumes by a script what is still at fault is not written to for ever.
MOST_NOTICES = 5
_WITHIN = timedelta(hours=1)
#: Kinds of channels that carry the mail, the best first: e-mail, else the demo's console.
_MAILERS = (ChannelKind.EMAIL, ChannelKind.CONSOLE)
#: Pauses told late at once; the others on the next round.
_MOST_LATE = 100
#: What the desk and the command line say where nobody was mailed.
UNTOLD = {
    Skip.NO_CHANNEL: "no e-mail connection is in use; connect one, or resume it, and they are told then",
    Skip.NO_ADDRESS: "there is no owner who may enter the desk",
    Skip.SUPPRESSED: "the owners' addresses are suppressed, because mail to them bounced or was complained about",
    Skip.CAPPED: "they had got several such mails within the hour",
}


def told_text(connection: Connection) -> str:
    """Say whether the owners know of a pause; "" where it is none, or somebody paused by hand."""
    if connection.told_at is not None:
        return f"Its owners were told by e-mail on {connection.told_at:%d %b %Y at %H:%M} UTC."
    return f"Nobody was told by e-mail: {UNTOLD[Skip(connection.untold)]}." if connection.untold else ""


async def pause(tx: Tx, directory: Directory, of: tuple[int, int], why: str, now: datetime) -> bool:
    """Pause (merchant, connection) for what is wrong with its settings, and tell the owners; tell whether it was active."""
    if not await connections.pause(tx, *of, why):
        return False
    _LOG.error("connection_paused", merchant=of[0], connection=of[1], why=why)
    untold = await _tell_owners(tx, directory, of, why, now)
    await connections.note_told(tx, *of, now, untold)
    if untold is not None:
        await decisions.count_skips(tx, {(of[0], TRIGGER, untold): 1}, now.date())
    return True


async def tell_late(tx: Tx, directory: Directory, now: datetime) -> int:
    """Tell owners of pauses of which they could not be mailed for want of a channel, once they can; return of how many somebody was told.

    Each is told once at most: where somebody is not reached now for another reason, that stands with it from now on.
    """
    mailers = [slug for slug, plugin in channels().items() if plugin.kind in _MAILERS]
    told = 0
    for of, why in await connections.untold(tx, Skip.NO_CHANNEL, mailers, _MOST_LATE):
        untold = await _tell_owners(tx, directory, of, why, now)
        if untold is Skip.NO_CHANNEL:  # this worker does not know the merchant or the connection yet
            continue
        await connections.note_told(tx, *of, now, untold)
        if untold is not None:
            await decisions.count_skips(tx, {(of[0], TRIGGER, untold): 1}, now.date())
        told += untold is None
    return told


async def _tell_owners(tx: Tx, directory: Directory, of: tuple[int, int], why: str, now: datetime) -> Skip | None:
    """Queue a mail to each owner; return why nobody is told, None where somebody is."""
    tenant, connection = directory.tenant(of[0]), directory.connection(*of)
    if tenant is None or connection is None:  # unreadable, or just removed: nothing could be said of it
        return Skip.NO_CHANNEL
    page = f"{directory.base_url}/desk/connections/{of[1]}"
    paused = Paused(
        shop=tenant.merchant.name, name=connection.name, provider=provider_name(connection), rests=_rests(connection), why=why, url=page
    )
    notice = Notice(
        trigger=TRIGGER,
        template="connection_paused",
        content=paused_notice(paused, tenant.brand.default_locale),
        why="owners are told when a connection is paused for its settings",
    )
    return await tell_owners(tx, tenant, connection, notice, now)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What the owners are told."""

    trigger: str
    template: str
    content: Rendered
    #: Why it is sent, for the desk.
    why: str


async def tell_owners(tx: Tx, tenant: Tenant, connection: Connection | None, notice: Notice, now: datetime) -> Skip | None:
    """Queue a mail to each of a merchant's owners about a connection (None: about the shop); return why nobody is told, None where somebody is."""
    subject = ("connection", connection.connection_id) if connection else ("merchant", tenant.merchant.merchant_id)
    return await tell_owners_of(tx, tenant, subject, notice, now)


async def tell_owners_of(tx: Tx, tenant: Tenant, subject: tuple[str, int], notice: Notice, now: datetime) -> Skip | None:
    """Queue a mail to each of a merchant's owners, by its own e-mail connection; return why nobody is told, None where somebody is.

    `subject`: what it is about, a kind and our id.
    """
    merchant_id = tenant.merchant.merchant_id
    mailer = _mailer(await connections.active_channels(tx, merchant_id))
    if mailer is None:
        return Skip.NO_CHANNEL
    owners = await access.owners(tx, merchant_id)
    if not owners:
        return Skip.NO_ADDRESS
    standing = await recipients.standing(tx, [(merchant_id, owner) for owner in owners], now)
    reachable = [owner for owner in owners if (ChannelKind.EMAIL, None) not in standing[merchant_id, owner].suppressed]
    if not reachable:
        return Skip.SUPPRESSED
    lately = await message_lists.times_told(tx, merchant_id, reachable, notice.trigger, now - _WITHIN)
    told = [owner for owner in reachable if lately.get(owner, 0) < MOST_NOTICES]
    if not told:
        return Skip.CAPPED
    await messages.queue(tx, [_letter(tenant, subject, mailer, owner, notice, now) for owner in told])
    return None


def _mailer(active: Sequence[tuple[int, str]]) -> int | None:
    """Choose who carries the mail: of the best kind the oldest."""
    kinds = {connection_id: plugin.kind for connection_id, slug in active if (plugin := channels().get(slug)) is not None}
    return next((i for kind in _MAILERS for i in kinds if kinds[i] is kind), None)


def _letter(tenant: Tenant, subject: tuple[str, int], mailer: int, owner: str, notice: Notice, now: datetime) -> NewMessage:
    change = Change(trigger=notice.trigger, subject_kind=subject[0], subject_id=subject[1], occurrence=f"{now.isoformat()} {owner}")
    return NewMessage(
        message=Message(
            message_id=str(new_message_id(now)),
            merchant_id=tenant.merchant.merchant_id,
            channel=ChannelKind.EMAIL,
            to=owner,
            content=notice.content,
            locale=tenant.brand.default_locale,
            purpose=Purpose.TRANSACTIONAL,
            topic="desk",
            created_at=now,
        ),
        connection_id=mailer,
        template=notice.template,
        trigger=notice.trigger,
        why_key=why_key(change),
        order_id=None,
        shipment_ids=(),
        why=notice.why,
        due_at=now,
    )


def provider_name(connection: Connection) -> str:
    """Name a connection's provider as people know it."""
    try:
        return plugin_named(connection.kind, connection.provider).name
    except (NotFoundError, BadInputError):  # its plug-in is gone from this installation
        return connection.provider


def _rests(connection: Connection) -> str:
    plugin = channels().get(connection.provider) if connection.kind == "channel" else None
    return "webhook" if plugin and plugin.kind is ChannelKind.WEBHOOK else connection.kind
