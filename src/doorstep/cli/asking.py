"""`doorstep ask NUMBER --carrier SLUG`: one question to a carrier → what `normalise` prints of its answer."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from doorstep.carriers import carrier_named
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import numbered
from doorstep.cli.connections import given_settings
from doorstep.cli.merchants import at_work
from doorstep.cli.normalise import checkpoint_line, shipment_line
from doorstep.domain.plugins import Answer, Asked, Carrier
from doorstep.errors import BadInputError, NotFoundError
from doorstep.settings import Settings
from doorstep.steps.ask.calling import ask_once, raw_of
from doorstep.steps.connect import checked, new_connection
from doorstep.steps.directory import Directory
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.connections import Connection
from doorstep.store.database import Database


def ask(
    *numbers: str,
    carrier: str,
    merchant: str | None = None,
    set_: Annotated[list[str], Parameter(name="--set", negative=())] | None = None,
    carried_by: str | None = None,
    status: bool = False,
    private: bool = False,
    data_dir: Path | None = None,
) -> int:
    """Ask a carrier about tracking numbers, once, and print what it says; nothing is kept.

    Args:
        numbers: tracking numbers.
        carrier: the plug-in's slug, e.g. ups.
        merchant: ask through this merchant's connection; else with the settings given.
        set_: name=value for each setting; `name=env:VARIABLE` takes the value from the environment.
        carried_by: who carries the numbers, for aggregators that want to be told.
        status: print the folded shipment in place of its checkpoints.
        private: let `base_url` lead into a private network, over plain HTTP as well.
        data_dir: where the embedded database lives.

    Returns:
        0; 1 where an answer could not be read or no number was known.
    """
    plugin = carrier_named(carrier)
    wanted = [Asked(numbered(number), carrier_slug(carried_by) or carrier) for number in numbers if number.strip()]
    if not wanted:
        raise BadInputError("name at least one tracking number")
    if plugin.asking is None:
        raise BadInputError(f"{plugin.name} cannot be asked; it only tells by itself")
    if merchant is None:
        settings = checked(plugin, given_settings(set_ or [], plugin))
        connection = new_connection(0, "carrier", carrier, plugin.name, settings)
    else:
        connection = _connection_of(merchant, carrier, data_dir)

    async def work() -> tuple[Answer, ...]:
        async with Wire(allow_private=private) as wire:
            return await ask_once(connection, wanted, wire, utc_now())

    return _print(plugin, asyncio.run(work()), status=status)


def _connection_of(merchant: str, carrier: str, data_dir: Path | None) -> Connection:
    async def work(_: Settings, database: Database, directory: Directory) -> Connection:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, merchant)
            connected = await connections.connections(tx, directory.sealer, found.merchant_id)
        fitting = [c for c in connected if c.kind == "carrier" and c.provider == carrier]
        if not fitting:
            raise NotFoundError(f"{merchant} has no connection to {carrier}; make one, or give its settings with --set")
        return fitting[0]

    return at_work(data_dir, work)


def _print(plugin: Carrier, answers: Sequence[Answer], *, status: bool) -> int:
    failed, told = False, False
    for answer in answers:
        try:
            parsed = plugin.parse(raw_of(answer))
        except BadInputError as error:
            print(f"the answer could not be read: {error}", file=sys.stderr)
            failed = True
            continue
        for note in parsed.notes:
            print(" ".join(f"{note.code} {note.tracking_number or ''} {note.text}".split()), file=sys.stderr)
        for tracking in parsed.trackings:
            told = True
            lines = [shipment_line(tracking)] if status else [checkpoint_line(checkpoint) for checkpoint in tracking.checkpoints]
            for line in lines:
                print(msgspec.json.encode(line).decode())
    return 1 if failed or not told else 0
