"""A link of a message that was followed, a mail that was shown → a receipt, by a person or by a program."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.steps.confirm import follow_up
from doorstep.store import message_lists, receipts
from doorstep.store.database import Tx

#: Nobody opens and follows a link this soon after we wrote it: a scanner does.
_TOO_SOON = timedelta(seconds=3)
#: Words in the user agents of programs that follow links by themselves: mail scanners, link previews, crawlers, mail proxies.
_MACHINES = (
    *("bot", "crawl", "spider", "preview", "scan", "proxy", "monitor", "fetch", "http-client", "httpclient", "headless"),
    *("curl", "wget", "python", "okhttp", "java/", "go-http", "barracuda", "mimecast", "proofpoint", "safelinks", "trendmicro"),
    *("facebookexternalhit", "whatsapp", "slack", "telegram", "skype", "googleimageproxy", "yahoomailproxy", "ggpht"),
)
#: A message's links are worth following for so long.
_LASTS = timedelta(days=400)


def is_machine(method: str, headers: Mapping[str, str], age: timedelta) -> bool:
    """Say whether a program followed a link by itself.

    Args:
        method: of the request.
        headers: its headers, names in lower case.
        age: of the message.
    """
    agent = headers.get("user-agent", "").lower()
    ahead = "prefetch" in (headers.get("purpose", "") + headers.get("sec-purpose", "") + headers.get("x-moz", "")).lower()
    return (
        method != "GET"
        or ahead
        or not agent
        or any(word in agent for word in _MACHINES)
        or "accept-language" not in headers
        or age < _TOO_SOON
    )


async def engaged(
    tx: Tx, merchant_id: int, message_id: UUID, state: MessageState, url: str, method: str, headers: Mapping[str, str], now: datetime
) -> None:
    """Note that a message was opened (`READ`) or that a link in it was followed (`CLICKED`), by a person or by a program."""
    row = await message_lists.to_whom(tx, merchant_id, message_id)
    if row is None or now - row["created_at"] > _LASTS:
        return
    machine = is_machine(method, headers, now - row["created_at"])
    receipt = Receipt(message_id=str(message_id), provider_id=None, state=state, provider_code="page", at=now, url=url, machine=machine)
    noted = await receipts.note(tx, merchant_id, receipt, now)
    if noted is not None and noted[1]:
        await follow_up(tx, merchant_id, message_id, ChannelKind(row["channel"]), receipt, now)
