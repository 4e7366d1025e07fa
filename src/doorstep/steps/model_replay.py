"""A model's turn in the ledger → what today's reading and checks make of the same answers; nothing is asked and nothing is done."""

import msgspec

from doorstep.conversations.models.context import Context, Exchange, Limits, ModelTurn, Outcome
from doorstep.conversations.models.replaying import Difference, Kept, replay
from doorstep.conversations.models.tools import Tool
from doorstep.errors import BadInputError, NotFoundError
from doorstep.store import model_turns
from doorstep.store.database import Tx
from doorstep.store.model_turns import KeptTurn


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """A turn, then and now."""

    kept: KeptTurn
    again: ModelTurn
    #: (): the same comes out.
    differences: tuple[Difference, ...]


async def replay_turn(tx: Tx, merchant_id: int, model_turn_id: int) -> Replayed:
    """Read and judge a kept turn again.

    Raises:
        NotFoundError: the merchant has none of this id.
        BadInputError: nothing was asked in it, or another version of Doorstep wrote it in a way that cannot be read.
    """
    kept = await model_turns.read(tx, merchant_id, model_turn_id)
    if kept is None:
        raise NotFoundError(f"there is no turn {model_turn_id} of a model")
    again, differences = replay(read_kept(kept))
    return Replayed(kept=kept, again=again, differences=differences)


def read_kept(kept: KeptTurn) -> Kept:
    """Read what a row keeps.

    Raises:
        BadInputError: nothing was asked in it, or it cannot be read.
    """
    if kept.context is None:
        raise BadInputError(f"nothing was asked in this turn ({kept.outcome}): there is nothing to replay")
    try:
        return Kept(
            context=msgspec.json.decode(kept.context, type=Context),
            limits=msgspec.json.decode(kept.limits, type=Limits),
            tools=msgspec.json.decode(kept.tools, type=tuple[Tool, ...]),
            exchanges=msgspec.json.decode(kept.exchanges, type=tuple[Exchange, ...]),
            outcome=Outcome(kept.outcome),
            why=kept.why,
            text=kept.text,
            proposals=kept.proposals,
        )
    except ValueError as error:  # msgspec's is one too
        raise BadInputError(f"this turn was kept by another version of Doorstep: {error}") from error
