"""One installation for all tests of the path; each test has a merchant of its own in it."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from path_house import House, Mailbox, data_folder, running_house


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server."""
    with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="session")
async def house(mailbox: Mailbox) -> AsyncIterator[House]:
    """A real `doorstep serve` with its own data folder."""
    with data_folder() as folder:
        async with running_house(folder, mailbox) as opened:
            yield opened


@pytest.fixture(scope="session")
def sample(shared_data: Path) -> dict[str, Any]:
    """Shopify's own sample of the webhook orders/create."""
    found: dict[str, Any] = json.loads((shared_data / "channels/commerce/shopify/webhook_samples/orders__create.json").read_text())
    return found
