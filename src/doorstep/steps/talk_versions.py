"""What a merchant changes of the talks, version by version: kept as a draft, put live when nothing is wrong with it, taken back to an older one."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from doorstep.conversations.talks.book import Changes
from doorstep.conversations.talks.changing import check, differences, look_over, sound, written
from doorstep.errors import BadInputError, NotFoundError
from doorstep.store import connections, talk_versions
from doorstep.store.connections import Merchant
from doorstep.store.database import Tx
from doorstep.store.talk_versions import KeptTalks

_LONGEST_NOTE = 300
#: Changes that one entry of the merchant's log names.
_NAMED = 8


class FaultyTalksError(BadInputError):
    """Talks that would not hold: `faults` says why, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version with what it says."""

    #: None: the house's talks, or what was written into the settings otherwise.
    kept: KeptTalks | None
    changes: Changes

    @property
    def number(self) -> int:
        """Which; 0: none that is kept."""
        return self.kept.version if self.kept is not None else 0


async def in_force(tx: Tx, merchant_id: int) -> Version:
    """Return what customers are answered with now."""
    merchant = (await connections.merchants(tx, [merchant_id]))[merchant_id]
    return await _in_force(tx, merchant)


async def _in_force(tx: Tx, merchant: Merchant) -> Version:
    stored = merchant.settings.get("talks", {})
    changes, _ = sound(stored)
    kept = await talk_versions.live(tx, merchant.merchant_id)
    return Version(kept=kept if kept is not None and _says(kept, stored) else None, changes=changes)


def _says(kept: KeptTalks, stored: object) -> bool:
    """Tell whether the version that was put live last is what is stored; the settings can be written otherwise."""
    return bool(msgspec.json.decode(kept.document) == stored)


async def draft(tx: Tx, merchant_id: int) -> Version | None:
    """Return the draft that is worked on; None: there is none that can be read."""
    kept = await talk_versions.draft(tx, merchant_id)
    return None if kept is None else _version(kept)


async def version(tx: Tx, merchant_id: int, number: int) -> Version:
    """Return one version.

    Raises:
        NotFoundError: there is none such.
        BadInputError: it cannot be read any more.
    """
    kept = await talk_versions.read(tx, merchant_id, number)
    if kept is None:
        raise NotFoundError(f"there is no version {number} of the talks")
    found = _version(kept)
    if found is None:
        raise BadInputError(f"version {number} was written by another release of Doorstep and cannot be read")
    return found


def _version(kept: KeptTalks) -> Version | None:
    changes, _ = look_over(kept.document.encode())
    return None if changes is None else Version(kept=kept, changes=changes)


async def change_draft(tx: Tx, merchant_id: int, changed: Callable[[Changes], Changes], who: str, now: datetime) -> Version | None:
    """Change the draft, or begin one upon what is live; None: nothing became otherwise."""
    merchant = await connections.merchant_to_change(tx, merchant_id)
    before = await draft(tx, merchant_id) or await _in_force(tx, merchant)
    after = changed(before.changes)
    if after == before.changes:
        return None
    if before.kept is not None and before.kept.live_from is None:
        number = before.number
        await talk_versions.change(tx, merchant_id, number, written(after), who, now)
    else:
        number = await talk_versions.add(tx, merchant_id, written(after), "", who, now)
    await connections.audit(tx, merchant_id, who, "talks draft", f"version {number}: {_named(before.changes, after)}")
    return await version(tx, merchant_id, number)


async def keep_draft(tx: Tx, merchant_id: int, changes: Changes, note: str, who: str, now: datetime) -> int:
    """Keep whole changes as a new version that is not live; return its number."""
    await connections.merchant_to_change(tx, merchant_id)
    number = await talk_versions.add(tx, merchant_id, written(changes), note[:_LONGEST_NOTE], who, now)
    await connections.audit(tx, merchant_id, who, "talks draft", f"version {number}{': ' if note else ''}{note[:_LONGEST_NOTE]}")
    return number


async def drop_draft(tx: Tx, merchant_id: int, number: int, who: str) -> None:
    """Throw a draft away.

    Raises:
        NotFoundError: there is no such draft.
    """
    if not await talk_versions.drop(tx, merchant_id, number):
        raise NotFoundError("there is no such draft, or not any more")
    await connections.audit(tx, merchant_id, who, "talks draft thrown away", f"version {number}")


async def put_live(tx: Tx, merchant_id: int, number: int, note: str, who: str, now: datetime) -> None:
    """Answer customers with a version from now on, and write down who said so.

    Raises:
        NotFoundError: there is none such.
        BadInputError: it cannot be read any more.
        FaultyTalksError: something is wrong with it.
    """
    merchant = await connections.merchant_to_change(tx, merchant_id)
    wanted = await version(tx, merchant_id, number)
    if wrong := check(wanted.changes):
        raise FaultyTalksError(wrong)
    before = await _in_force(tx, merchant)
    await talk_versions.go_live(tx, merchant_id, number, who, note[:_LONGEST_NOTE], now)
    settings = {**merchant.settings, "talks": msgspec.to_builtins(wanted.changes)}
    await connections.set_merchant(tx, msgspec.structs.replace(merchant, settings=settings))
    await connections.audit(tx, merchant_id, who, "talks live", f"version {number}: {_named(before.changes, wanted.changes)}")


async def switch_machine(tx: Tx, merchant_id: int, *, on: bool, who: str, now: datetime) -> None:
    """Switch the whole machine at once, whatever draft lies about; the draft follows, so that it does not switch it back."""
    merchant = await connections.merchant_to_change(tx, merchant_id)
    live, kept = await _in_force(tx, merchant), await draft(tx, merchant_id)
    if live.changes.on == on:
        return
    if kept is not None and kept.changes.on != on:
        await talk_versions.change(tx, merchant_id, kept.number, written(msgspec.structs.replace(kept.changes, on=on)), who, now)
    switched = msgspec.structs.replace(live.changes, on=on)
    number = await talk_versions.add(tx, merchant_id, written(switched), "", who, now)
    await put_live(tx, merchant_id, number, "the machine switched on" if on else "the machine switched off", who, now)


def _named(before: Changes, after: Changes) -> str:
    found = [one.what for one in differences(before, after)]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{', '.join(found[:_NAMED])}{more}" if found else "nothing otherwise"
