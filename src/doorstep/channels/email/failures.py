"""What a bounce says of one recipient, and the receipt that follows from it."""

from typing import NamedTuple

from doorstep.channels.email.replies import is_dead
from doorstep.domain.messages import Receipt
from doorstep.domain.reading import redacted
from doorstep.domain.vocabulary import MessageState, Remedy


class Failure(NamedTuple):
    """What a report says of one recipient."""

    #: Lower case; "" where the report hides it.
    address: str
    #: "failed", "delayed", "delivered", "relayed" or "expanded".
    action: str
    #: Enhanced status code, e.g. "5.1.1"; "" unknown.
    status: str
    #: SMTP reply code; 0 unknown.
    reply: int
    #: The server's own words.
    text: str

    @property
    def permanent(self) -> bool:
        """Whether another try is pointless; a failure without any code counts as one, since the server gave up."""
        if self.status:
            return self.status.startswith("5")
        return self.reply >= 500 if self.reply else self.action == "failed"  # noqa: PLR2004 - SMTP's permanent class


def receipt_of(failure: Failure, message_id: str | None) -> Receipt:
    """Turn what a report says into a receipt. Only a dead mailbox suppresses; a delay or a full one does not."""
    states = {"failed": MessageState.BOUNCED, "delivered": MessageState.REACHED}
    bounced = failure.action == "failed"
    dead = bounced and failure.permanent and is_dead(failure.status, failure.reply, failure.text)
    return Receipt(
        message_id=message_id,
        provider_id=None,
        state=states.get(failure.action, MessageState.SENT),
        provider_code=f"{failure.reply or ''} {failure.status}".strip() or failure.action,
        provider_text=redacted(failure.text),
        suppress="bounced" if dead else None,
        remedy=(Remedy.SUPPRESS if dead else Remedy.SWITCH) if bounced else None,
        address=failure.address or None,
    )
