"""`doorstep talks`: what became of turns of conversations, examined after the fact."""

from pathlib import Path

from cyclopts import App

from doorstep.cli.merchants import as_merchant
from doorstep.steps.model_replay import Replayed, replay_turn
from doorstep.store.database import Tx

talks = App(name="talks", help="Turns of conversations, examined after the fact.")
_LONGEST = 400


@talks.command
def replay(model_turn_id: int, *, merchant: str, data_dir: Path | None = None) -> int:
    """Read and judge a model's kept answers again with this version, and say what comes out otherwise; exit code 1 if anything does.

    Nothing is asked of the model, nothing is done.

    Args:
        model_turn_id: as the desk shows it under /desk/model-turns.
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def work(tx: Tx, merchant_id: int) -> Replayed:
        return await replay_turn(tx, merchant_id, model_turn_id)

    found = as_merchant(data_dir, merchant, work)
    kept, again = found.kept, found.again
    print(f"turn {kept.model_turn_id} of {kept.at:%Y-%m-%d %H:%M} UTC, {kept.model}: {kept.outcome}{f' ({kept.why})' if kept.why else ''}")
    print(
        f"today: {again.outcome}{f' ({again.why})' if again.why else ''}, after {again.rounds} {'call' if again.rounds == 1 else 'calls'}"
    )
    for one in found.differences:
        print(f"{one.what} was: {_cut(one.was)}", f"{' ' * len(one.what)} now: {_cut(one.now)}", sep="\n")
    if not found.differences:
        print("the same comes out")
    return 1 if found.differences else 0


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
