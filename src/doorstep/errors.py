"""What went wrong → who must act. No message text here ever holds personal data or a secret."""

from enum import StrEnum


class Remedy(StrEnum):
    """What follows from a provider's error."""

    #: The same message may go later: too many calls, a fault of theirs.
    RETRY = "retry"
    #: This channel cannot carry it to this person now; the next one is tried.
    SWITCH = "switch"
    #: The connection is paused: credentials, payment, permissions.
    STOP = "stop"
    #: The address is dead or unwilling and is never written to again.
    SUPPRESS = "suppress"
    #: The template is at fault and is paused until somebody mends it; the next channel is tried.
    FIX = "fix"


class DoorstepError(Exception):
    """Somebody must act; which subclass says who."""


class BadInputError(DoorstepError):
    """The sender must act: what came in cannot be read. Answered with 400; the raw bytes are kept; never retried."""


class BadSignatureError(BadInputError):
    """The sender must act: the signature is missing, forged, too old or over other bytes. Answered with 401."""


class NotFoundError(DoorstepError):
    """The caller must act: there is no such thing for this merchant. Answered with 404."""


class ConflictError(DoorstepError):
    """The caller must act: the request contradicts what is already recorded. Answered with 409."""


class RefusedError(DoorstepError):
    """Nobody can act: a final no from the other side. The address is suppressed, the message never retried.

    Attributes:
        suppress: whether the *address* is dead (unknown mailbox, opted out) rather than only this message refused.
        code: the provider's own code, kept for the desk.
        remedy: what follows: SUPPRESS where the address is dead, else SWITCH unless told (FIX: the template is at fault).
        reason: why the address is suppressed, where it is ("refused" untold; "stop": its owner can take that back).
    """

    def __init__(self, text: str, *, suppress: bool, code: str = "", remedy: Remedy | None = None, reason: str = "refused") -> None:
        super().__init__(text)
        self.suppress = suppress
        self.code = code
        self.remedy = remedy or (Remedy.SUPPRESS if suppress else Remedy.SWITCH)
        self.reason = reason


class TryLaterError(DoorstepError):
    """Time must act: the same call may succeed later.

    Attributes:
        after_s: seconds to wait at least; None where the other side did not say.
    """

    def __init__(self, text: str, *, after_s: float | None = None) -> None:
        super().__init__(text)
        self.after_s = after_s


class UnknownOutcomeError(DoorstepError):
    """A receipt must tell: the call left, no answer came back, it may or may not have worked."""


class MisconfiguredError(DoorstepError):
    """The merchant or operator must act: credentials or settings are wrong. The connection is paused."""
