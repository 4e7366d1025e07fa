"""Trunkrs's tracing details (JSON), alone or within its tracking page (HTML) → one tracking."""

from typing import Any

import msgspec
from lxml import html

from doorstep.carriers.clock import latest
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.trunkrs.states import checkpoint_of, window_of
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read_page(tree: html.HtmlElement) -> Parsed:
    """Read the page's state, which is tracing details.

    Raises:
        BadInputError: a page without it, or without a shipment in it.
    """
    for script in tree.iter("script"):
        if script.get("id") == "__NEXT_DATA__":
            try:
                state = msgspec.json.decode(script.text or "")
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                raise BadInputError("the state of Trunkrs's page is not JSON") from error
            return read_details(dig(state, "props", "pageProps", "shipment"))
    raise BadInputError("a page without the script __NEXT_DATA__ is no tracking page of Trunkrs")


def read_details(shipment: Any) -> Parsed:
    """Read tracing details: the state it is in, the attempts, and the log where that names states.

    Raises:
        BadInputError: no trunkrsNr.
    """
    number = numbered(worded(dig(shipment, "trunkrsNr")))
    if not number:
        raise BadInputError("tracing details of Trunkrs without a trunkrsNr")
    told = [dig(shipment, "currentState"), *listed(dig(shipment, "deliveryAttempts")), *listed(dig(shipment, "auditLogs"))]
    # The state it is in stands among the attempts as well; the log is mostly of edits, which name no state.
    states = [_checkpoint(boxed(state), number) for state in told if worded(dig(state, "stateName"))]
    checkpoints = tuple({scan.fingerprint: scan for scan in states}.values())
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    slot = boxed(dig(shipment, "timeSlot"))
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    narrow = window_of(worded(slot.get("from")), worded(slot.get("to")), stated_at)
    wide = window_of(worded(slot.get("low")), worded(slot.get("high")), stated_at)
    tracking = Tracking(
        tracking_number=number,
        carrier="trunkrs",
        checkpoints=checkpoints,
        estimates=() if over else narrow or wide,
        service=worded(dig(shipment, "product")) or None,
    )
    return Parsed((tracking,))


def _checkpoint(state: dict[str, Any], number: str) -> Checkpoint:
    return checkpoint_of(
        worded(state.get("stateName")),
        worded(state.get("reasonCode")),
        worded(state.get("setAt")),
        number,
        neighbour=bool(worded(state.get("neighbourName")) or worded(state.get("neighbourAddressLine"))),
    )
