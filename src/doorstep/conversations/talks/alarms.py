"""What no machine should answer by itself → a human at once, with a humane sentence: danger, lawyers, anger that does not end."""

from doorstep.conversations.handing.rules import Signals
from doorstep.conversations.talks.state import Turn
from doorstep.domain.talking.intents import Act

#: So many angry turns are as much anger as can be.
_MOST_ANGER = 2


def needs_somebody(turn: Turn) -> bool:
    """Hand over at once what no machine may answer: somebody who may do themselves harm, lawyers and courts."""
    acts = turn.understood.acts
    for act, signals in ((Act.DANGER, Signals(danger=True)), (Act.LEGAL, Signals(legal=True))):
        if act in acts and turn.needs_human(signals):
            turn.say(f"say.{act}")
            turn.talk_said = "human"
            return True
    return False


def angry(turn: Turn) -> bool:
    """Say sorry to whoever is angry; True: that was the answer, or a human takes over."""
    acts = turn.understood.acts
    if not acts & {Act.ANGER, Act.ABUSE}:
        return False
    anger = turn.memory.anger + 1
    turn.remember(anger=anger)
    if turn.needs_human(Signals(anger=min(1.0, anger / _MOST_ANGER))):
        turn.say("say.sorry_human")
        return True
    if Act.ABUSE in acts and not turn.understood.wanted and not turn.memory.frames:
        turn.say("say.polite")
        turn.asks = True
        return True
    turn.say("say.sorry")
    return False
