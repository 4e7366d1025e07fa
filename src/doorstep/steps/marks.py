"""What links in messages carry: which message they stood in, and where else they lead."""

import base64
import binascii
from collections.abc import Iterable
from uuid import UUID

from doorstep.errors import NotFoundError
from doorstep.store import receipts
from doorstep.store.sealing import Sealer

#: Orders that the page of a digest shows.
MOST_ORDERS = 20


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


def redirect_token(sealer: Sealer, merchant_id: int, message_id: str, url: str) -> str:
    """Seal the address of somebody else's page, so that our redirect leads nowhere but where a message of ours pointed."""
    return sealer.token("go", str(merchant_id), ref_of(message_id), url)


def news_token(sealer: Sealer, merchant_id: int, orders: Iterable[int]) -> str:
    """Seal which orders a digest told of; each once, the first `MOST_ORDERS`."""
    return sealer.token("news", str(merchant_id), *map(str, list(dict.fromkeys(orders))[:MOST_ORDERS]))


def read_news(sealer: Sealer, token: str) -> tuple[int, tuple[int, ...]]:
    """Read what `news_token` sealed: merchant, order ids.

    Raises:
        NotFoundError: it is none.
    """
    what, *numbers = sealer.read_token(token)
    if what != "news" or len(numbers) < 2 or not all(one.isdigit() for one in numbers):  # noqa: PLR2004 - merchant, one order or more
        raise NotFoundError("this link is not complete; copy it again from the message")
    return int(numbers[0]), tuple(map(int, numbers[1:]))


def read_redirect(sealer: Sealer, token: str) -> tuple[int, UUID | None, str]:
    """Read what `redirect_token` sealed: merchant, message, address.

    Raises:
        NotFoundError: it is none.
    """
    parts = sealer.read_token(token)
    if len(parts) != 4 or parts[0] != "go" or not parts[1].isdigit():  # noqa: PLR2004 - what, merchant, message, address
        raise NotFoundError("this link is not complete; copy it again from the message")
    return int(parts[1]), id_of(parts[2]), parts[3]
