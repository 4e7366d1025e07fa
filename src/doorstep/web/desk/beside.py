"""A connection's rows → what its page tells beside the form: how it goes, how a test went."""

import msgspec

from doorstep.channels import channels
from doorstep.domain.plugins import Channel
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.steps.trying import Tried, without_secrets
from doorstep.store.connections import Connection
from doorstep.store.going import Going
from doorstep.store.mailboxes import Trouble
from doorstep.web.desk.askings import AskingShown

#: States in which a provider said that the message arrived, and those that it did not.
_ARRIVED = (MessageState.REACHED, MessageState.READ, MessageState.CLICKED, MessageState.REPLIED)
_LOST = (MessageState.BOUNCED, MessageState.REFUSED)
_LEFT = (MessageState.SENT, MessageState.UNKNOWN, *_ARRIVED, *_LOST)


class GoingShown(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection goes, for its page."""

    goes: Going
    sends: bool
    #: Of the last messages that left: how many, and how many of them arrived and did not, with their shares in percent.
    left: int
    arrived: int
    lost: int
    arrived_share: str
    lost_share: str
    #: Its provider tells what arrived.
    reports: bool
    #: How long calls take; "" where none is known.
    took: str
    #: The last failure's words.
    words: str


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the form."""

    asking: AskingShown | None = None
    goes: GoingShown | None = None
    #: Its mailbox cannot be read; None: it can, or there is none.
    trouble: Trouble | None = None
    tried: Tried | None = None
    done: str = ""


def going_shown(connection: Connection, goes: Going) -> GoingShown:
    """Put into figures how a connection goes."""
    left = sum(goes.states.get(state, 0) for state in _LEFT)
    arrived, lost = (sum(goes.states.get(state, 0) for state in states) for states in (_ARRIVED, _LOST))
    channel = channels().get(connection.provider) if connection.kind == "channel" else None
    return GoingShown(
        goes=goes,
        sends=channel is not None or connection.kind == "helpdesk",
        left=left,
        arrived=arrived,
        lost=lost,
        arrived_share=_share(arrived, left),
        lost_share=_share(lost, left),
        reports=connection.kind == "helpdesk" or (channel is not None and _reports(channel)),
        took=_took(goes.median_s, goes.p95_s),
        words=without_secrets(goes.ill_detail, connection) if goes.ill_detail else "",
    )


def _reports(channel: Channel) -> bool:
    return channel.reports_reached or channel.read is not None or channel.kind is ChannelKind.WEBHOOK


def _took(median_s: float | None, p95_s: float | None) -> str:
    if median_s is None or p95_s is None:
        return ""
    return f"{max(median_s, 0.1):.1f} s; 95 of 100 at most {max(p95_s, 0.1):.1f} s"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def testing_kind(connection: Connection) -> ChannelKind | None:
    """Tell on which channel a connection that cannot be asked may send a test to whoever is at the desk; None: on none."""
    channel = channels().get(connection.provider) if connection.kind == "channel" else None
    if channel is None or channel.probe is not None:
        return None
    return {ChannelKind.CONSOLE: ChannelKind.EMAIL, ChannelKind.EMAIL: ChannelKind.EMAIL}.get(channel.kind)
