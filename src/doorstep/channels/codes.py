"""A provider's own code → what it means and what follows; each channel's folder has one table, which its record holds as `codes`."""

from collections.abc import Iterable, Mapping

from doorstep.domain.plugins import ProviderCode
from doorstep.domain.vocabulary import MessageState, Remedy
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError


def noted(code: str, meaning: str, state: MessageState) -> ProviderCode:
    """Make a code after which nothing is to be done."""
    return ProviderCode(code=code, meaning=meaning, state=state)


def gone(code: str, meaning: str, why: str = "bounced", state: MessageState = MessageState.BOUNCED) -> ProviderCode:
    """Make a code after which the address is never written to again."""
    return ProviderCode(code=code, meaning=meaning, state=state, remedy=Remedy.SUPPRESS, suppress=why)


def failed(code: str, meaning: str, remedy: Remedy = Remedy.SWITCH, state: MessageState = MessageState.BOUNCED) -> ProviderCode:
    """Make a code of a message that did not arrive and that says nothing final of the address."""
    return ProviderCode(code=code, meaning=meaning, state=state, remedy=remedy)


def fault(code: str, meaning: str, remedy: Remedy, why: str = "bounced") -> ProviderCode:
    """Make a code that answers a call of ours, or stands beside a status that says what became of the message; `why` is for SUPPRESS."""
    return ProviderCode(code=code, meaning=meaning, remedy=remedy, suppress=why if remedy is Remedy.SUPPRESS else None)


def by_code(codes: Iterable[ProviderCode]) -> Mapping[str, ProviderCode]:
    """Put codes under what the provider writes.

    Raises:
        ValueError: a code stands there twice.
    """
    told = tuple(codes)
    table = {one.code: one for one in told}
    if len(table) != len(told):
        raise ValueError("a code stands in the table twice")
    return table


def error_of(code: ProviderCode, text: str, after_s: float | None = None) -> RefusedError | TryLaterError | MisconfiguredError:
    """Return what a flow raises for a known code in the answer to its call. `text` says what was answered and holds no address."""
    said = f"{text}: {code.meaning}"
    match code.remedy:
        case Remedy.RETRY:
            return TryLaterError(said, after_s=after_s)
        case Remedy.STOP:
            return MisconfiguredError(said)
        case remedy:
            suppress = code.suppress is not None
            return RefusedError(said, suppress=suppress, code=code.code, remedy=remedy, reason=code.suppress or "refused")
