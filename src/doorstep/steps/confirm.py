"""Providers' receipts → messages move forward, dead addresses are suppressed."""

from collections.abc import Sequence
from datetime import datetime

from doorstep.domain.messages import Receipt, Suppression
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store import messages, recipients
from doorstep.store.database import Tx


async def confirm(tx: Tx, merchant_id: int, receipts: Sequence[Receipt], kind: ChannelKind, now: datetime) -> None:
    """Take receipts in; one already noted changes nothing, an older state never replaces a newer."""
    for receipt in receipts:
        message_id = await messages.confirm(tx, merchant_id, receipt, now)
        if not receipt.suppress or message_id is None:
            continue  # a bounce that names no message of ours may be anybody's invention
        address = await messages.recipient(tx, merchant_id, message_id)
        if address:
            kept = Suppression(channel=kind, address=address, purpose=None, reason=receipt.suppress, at=receipt.at or now)
            await recipients.suppress(tx, merchant_id, kept)
