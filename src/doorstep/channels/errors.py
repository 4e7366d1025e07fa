"""A provider's error code → what it means and what follows; each channel's folder holds its own table as `ERRORS`."""

from collections.abc import Mapping

import msgspec

from doorstep.domain.vocabulary import Remedy
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError


class ErrorMeaning(msgspec.Struct, frozen=True):
    """What one documented code of a provider says, in our words."""

    #: As the provider writes it. Where one provider has several lists: the list's name, a colon, the code ("dlr:9").
    code: str
    #: One line, lower case, no full stop, no personal data; shown to the merchant.
    meaning: str
    remedy: Remedy
    #: For SUPPRESS: why the address is never written to again ("bounced", "complained", "unsubscribed", "stop").
    reason: str = "bounced"


def by_code(*errors: ErrorMeaning) -> Mapping[str, ErrorMeaning]:
    """Make the table of a channel.

    Raises:
        ValueError: a code stands in it twice.
    """
    table = {error.code: error for error in errors}
    if len(table) != len(errors):
        raise ValueError("an error code stands in the table twice")
    return table


def error_of(meaning: ErrorMeaning, text: str, after_s: float | None = None) -> RefusedError | TryLaterError | MisconfiguredError:
    """Return what a flow raises for a known error of a call. `text` says what was answered and holds no address."""
    said = f"{text}: {meaning.meaning}"
    match meaning.remedy:
        case Remedy.RETRY:
            return TryLaterError(said, after_s=after_s)
        case Remedy.STOP:
            return MisconfiguredError(said)
        case remedy:
            return RefusedError(said, suppress=remedy is Remedy.SUPPRESS, code=meaning.code, remedy=remedy, reason=meaning.reason)


def suppression_of(meaning: ErrorMeaning | None) -> str | None:
    """Return `Receipt.suppress` for an error told later; None: the address stays open."""
    return meaning.reason if meaning is not None and meaning.remedy is Remedy.SUPPRESS else None
