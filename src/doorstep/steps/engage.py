"""Links of our own in messages, that say which message they stood in; and what follows from one being followed."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import NotFoundError
from doorstep.steps.confirm import follow_up
from doorstep.store import messages, receipts
from doorstep.store.database import Tx
from doorstep.store.sealing import Sealer

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


def ref_of(message_id: str) -> str:
    """Write a message's id as it stands in a link: 22 characters of base64url."""
    return base64.urlsafe_b64encode(UUID(message_id).bytes).rstrip(b"=").decode()


def id_of(ref: str) -> UUID | None:
    """Read what `ref_of` wrote; None where it is nothing of the kind."""
    try:
        found = UUID(bytes=base64.urlsafe_b64decode(ref.encode("ascii") + b"=="))
    except (ValueError, binascii.Error):
        return None
    return receipts.uuid_of(str(found))


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


def redirect_token(sealer: Sealer, merchant_id: int, message_id: str, url: str) -> str:
    """Seal the address of somebody else's page, so that our redirect leads nowhere but where a message of ours pointed."""
    return sealer.token("go", str(merchant_id), ref_of(message_id), url)


def read_redirect(sealer: Sealer, token: str) -> tuple[int, UUID | None, str]:
    """Read what `redirect_token` sealed: merchant, message, address.

    Raises:
        NotFoundError: it is none.
    """
    parts = sealer.read_token(token)
    if len(parts) != 4 or parts[0] != "go" or not parts[1].isdigit():  # noqa: PLR2004 - what, merchant, message, address
        raise NotFoundError("this link is not complete; copy it again from the message")
    return int(parts[1]), id_of(parts[2]), parts[3]


async def engaged(
    tx: Tx, merchant_id: int, message_id: UUID, state: MessageState, url: str, method: str, headers: Mapping[str, str], now: datetime
) -> None:
    """Note that a message was opened (`READ`) or that a link in it was followed (`CLICKED`), by a person or by a program."""
    row = await messages.to_whom(tx, merchant_id, message_id)
    if row is None or now - row["created_at"] > _LASTS:
        return
    machine = is_machine(method, headers, now - row["created_at"])
    receipt = Receipt(message_id=str(message_id), provider_id=None, state=state, provider_code="page", at=now, url=url, machine=machine)
    noted = await receipts.note(tx, merchant_id, receipt, now)
    if noted is not None and noted[1]:
        await follow_up(tx, merchant_id, message_id, ChannelKind(row["channel"]), receipt, now)
