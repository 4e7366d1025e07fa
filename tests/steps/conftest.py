"""A shop of each test's own."""

import pytest
from steps_shop import Shop, open_shop

from doorstep.store.database import Database


@pytest.fixture
async def shop(database: Database) -> Shop:
    """A merchant that is connected by e-mail."""
    return await open_shop(database)
