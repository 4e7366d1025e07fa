"""A merchant's rules, version by version: read, kept as a draft, put into force; 0 is the house's, which nobody keeps."""

from datetime import datetime

import msgspec

from doorstep.actions import Policy
from doorstep.actions.reading import look_over
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.rules import HOUSE
from doorstep.store import connections, policies
from doorstep.store.database import Tx
from doorstep.store.policies import KeptPolicy

_PRETTY = 2


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version with what it says."""

    #: None: the house's rules.
    kept: KeptPolicy | None
    policy: Policy

    @property
    def number(self) -> int:
        """Which; 0: the house's."""
        return self.kept.version if self.kept is not None else 0


async def in_force(tx: Tx, merchant_id: int, now: datetime) -> Version:
    """Return the version in force; the house's rules where there is none, or none that can be read."""
    return _version(await policies.live(tx, merchant_id, now)) or Version(kept=None, policy=HOUSE)


async def version(tx: Tx, merchant_id: int, number: int) -> Version:
    """Return one version.

    Raises:
        NotFoundError: there is none such.
        BadInputError: it cannot be read any more.
    """
    if number == 0:
        return Version(kept=None, policy=HOUSE)
    kept = await policies.read(tx, merchant_id, number)
    if kept is None:
        raise NotFoundError(f"there is no version {number} of the policy")
    found = _version(kept)
    if found is None:
        raise BadInputError(f"version {number} was written by another release of Doorstep and cannot be read")
    return found


def _version(kept: KeptPolicy | None) -> Version | None:
    if kept is None:
        return None
    policy, wrong = look_over(kept.document)
    if policy is None or wrong:
        return None
    return Version(kept=kept, policy=msgspec.structs.replace(policy, version=kept.version))


async def keep_draft(tx: Tx, merchant_id: int, policy: Policy, note: str, who: str, now: datetime) -> int:
    """Keep a policy as a new version that is not in force, and write down who did; return its number."""
    number = await policies.add(tx, merchant_id, written(policy), note, who, now)
    await connections.audit(tx, merchant_id, who, "policy draft", f"version {number}{': ' if note else ''}{note}")
    return number


async def put_in_force(tx: Tx, merchant_id: int, number: int, who: str, now: datetime) -> None:
    """Put a version into force from now on, and write down who did.

    Raises:
        NotFoundError: there is none such.
        BadInputError: it cannot be read, or contradicts itself.
    """
    await version(tx, merchant_id, number)
    if number == 0:
        raise BadInputError("the house's rules are no version of yours; keep them as a draft first")
    await policies.go_live(tx, merchant_id, number, now)
    await connections.audit(tx, merchant_id, who, "policy in force", f"version {number}")


def written(policy: Policy) -> bytes:
    """Write a policy as JSON that somebody may edit; its number is not part of it."""
    return msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(policy, version=0)), indent=_PRETTY)
