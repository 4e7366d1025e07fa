"""JSON → a policy that holds together."""

from pathlib import Path

import msgspec

from doorstep.actions.checking import faults
from doorstep.actions.policy import Policy
from doorstep.errors import BadInputError


def look_over(document: bytes | str) -> tuple[Policy | None, list[str]]:
    """Read a policy from JSON, whether or not it holds together: (the policy, all that is wrong with it); None where it cannot be read."""
    try:
        policy = msgspec.json.decode(document, type=Policy)
    except msgspec.DecodeError as error:
        return None, [f"this is no policy: {error}"]
    return policy, list(faults(policy))


def read_policy(document: bytes | str, version: int = 0) -> Policy:
    """Read a policy from JSON.

    Raises:
        BadInputError: a field is unknown, missing or of the wrong kind, or the rules contradict themselves; the text says where.
    """
    policy, wrong = look_over(document)
    if policy is None or wrong:
        raise BadInputError(wrong[0])
    return msgspec.structs.replace(policy, version=version)


def shipped(name: str) -> Policy:
    """A policy that comes with Doorstep: "house" (where a merchant has none) or "retail"."""
    return read_policy((Path(__file__).parent / "policies" / f"{name}.json").read_bytes())
