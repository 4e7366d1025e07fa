"""Providers' receipts → messages move forward, dead addresses and devices are let go, other channels tried, connections paused."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from doorstep.channels import channels
from doorstep.domain.messages import Receipt, Suppression
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.steps.devices import forget_gone
from doorstep.steps.directory import Directory
from doorstep.steps.pausing import pause
from doorstep.steps.templates import pause_at_fault
from doorstep.store import errands, fallbacks, message_lists, receipts, recipients
from doorstep.store.connections import Connection
from doorstep.store.database import Tx

_FAILED = frozenset({MessageState.BOUNCED, MessageState.REFUSED})


async def confirm(tx: Tx, directory: Directory, connection: Connection, said: Sequence[Receipt], now: datetime) -> None:
    """Take receipts in; one already noted changes nothing, an older state never replaces a newer."""
    merchant_id = connection.merchant_id
    kind = channels()[connection.provider].kind
    for receipt in said:
        noted = await receipts.note(tx, merchant_id, receipt, now)
        if noted is None:
            continue  # a bounce that names no message of ours may be anybody's invention
        message_id, new = noted
        row = await message_lists.to_whom(tx, merchant_id, message_id) if receipt.suppress else None
        if row is not None:
            await recipients.suppress(tx, merchant_id, suppression_of(kind, row["recipient"], receipt, now))
        if new:
            await follow_up(tx, merchant_id, message_id, kind, receipt, now)
            why = receipt.provider_text or receipt.provider_code
            if receipt.remedy is Remedy.STOP:
                await pause(tx, directory, (merchant_id, connection.connection_id), why, now)
            elif receipt.remedy is Remedy.FIX:
                await pause_at_fault(tx, directory, connection, message_id, why, now)


def suppression_of(kind: ChannelKind, address: str, receipt: Receipt, now: datetime) -> Suppression:
    """Make the suppression that a receipt asks for: of marketing alone where the person only unsubscribed, else of everything.

    A mail provider that took an unsubscribe writes to that address no more, whatever the purpose.
    """
    reason = receipt.suppress or "refused"
    purpose = Purpose.MARKETING if reason == "unsubscribed" and kind is not ChannelKind.EMAIL else None
    return Suppression(channel=kind, address=address, purpose=purpose, reason=reason, at=receipt.at or now)


async def follow_up(tx: Tx, merchant_id: int, message_id: UUID, kind: ChannelKind, receipt: Receipt, now: datetime) -> None:
    """Let another channel be tried where a message failed; where it arrived, nothing needs to stand behind it any more."""
    await forget_gone(tx, kind, merchant_id, receipt.gone)
    if receipt.state in _FAILED:
        await errands.look_now(tx, [(merchant_id, message_id)], now)
        why = " ".join(part for part in (receipt.state, receipt.provider_code, receipt.provider_text) if part)
        await fallbacks.fail(tx, merchant_id, message_id, kind, receipt.remedy, why, now)
    elif receipt.state.rank >= MessageState.REACHED.rank and not receipt.machine:
        await fallbacks.forget(tx, merchant_id, message_id)
