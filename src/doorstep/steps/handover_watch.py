"""Hand-overs whose time has come → what was put off is back, and of answers that are late the merchant's systems and the metrics know."""

from datetime import datetime

from doorstep.domain.talking.inbox import EntryKind
from doorstep.steps.directory import Directory
from doorstep.steps.handover_news import HANDOVER_LATE, announce
from doorstep.steps.sum_up import HANDOVERS_LATE
from doorstep.store import handovers
from doorstep.store.database import Tx


async def watch_handovers(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Bring back what was put off until now, and tell once of each answer that is late; return how many."""
    woken = await handovers.wake(tx, now, most)
    late = await handovers.late(tx, now, most)
    for one in late:
        await handovers.note(tx, one, EntryKind.LATE, "rule", one.due_at.strftime("%Y-%m-%d %H:%M"), now)
        await handovers.tell(tx, one.merchant_id, one.conversation_id)
        if (tenant := directory.tenant(one.merchant_id)) is not None:
            await announce(tx, tenant, HANDOVER_LATE, one, now)
    HANDOVERS_LATE.inc(len(late))
    return len(woken) + len(late)
