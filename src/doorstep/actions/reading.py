"""JSON → a policy that holds together."""

from pathlib import Path

import msgspec

from doorstep.actions.checking import faults
from doorstep.actions.policy import Policy
from doorstep.errors import BadInputError


def read_policy(document: bytes | str, version: int = 0) -> Policy:
    """Read a policy from JSON.

    Raises:
        BadInputError: a field is unknown, missing or of the wrong kind, or the rules contradict themselves; the text says where.
    """
    try:
        policy = msgspec.json.decode(document, type=Policy)
    except msgspec.DecodeError as error:
        raise BadInputError(f"this is no policy: {error}") from error
    if wrong := next(faults(policy), None):
        raise BadInputError(wrong)
    return msgspec.structs.replace(policy, version=version)


def shipped(name: str) -> Policy:
    """A policy that comes with Doorstep: "house" (where a merchant has none) or "retail"."""
    return read_policy((Path(__file__).parent / "policies" / f"{name}.json").read_bytes())
