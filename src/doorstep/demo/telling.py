"""What the demo shop says of itself: the files beside this one, as the shop would bring them in."""

from importlib import resources

from doorstep.steps.importing_knowledge import Document, bring_in, read_document
from doorstep.steps.work import utc_now
from doorstep.store.database import Database


def told() -> list[Document]:
    """Read the files."""
    files = sorted(resources.files(__package__).joinpath("knowledge").iterdir(), key=lambda file: file.name)
    return [read_document(file.read_bytes(), file.name, language="en") for file in files if file.name.endswith(".md")]


async def tell(database: Database, merchant_id: int) -> None:
    """Bring them in; those that stand already are left."""
    await bring_in(database, merchant_id, told(), "demo", utc_now())
