"""A shop of each test's own."""

import sys
from pathlib import Path

import pytest
from steps_shop import Shop, open_shop

from doorstep.store.database import Database

#: The shop that errands are done at.
sys.path.append(str(Path(__file__).parents[1] / "shops"))
#: The clouds of helpdesks.
sys.path.append(str(Path(__file__).parents[1] / "helpdesks"))


@pytest.fixture
async def shop(database: Database) -> Shop:
    """A merchant that is connected by e-mail."""
    return await open_shop(database)


#: What is hostile.
sys.path.append(str(Path(__file__).parents[1] / "conversations"))
