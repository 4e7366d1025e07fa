"""Trackings with unknown codes + what a merchant or the operator mapped → the same trackings, those codes read."""

from collections.abc import Iterable, Mapping

import msgspec

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.tracking import MOST_WORDS, Checkpoint, Tracking
from doorstep.errors import BadInputError

#: What a mapping is found by: carrier, code, words as `folded_words` leaves them ("" any words).
CodeKey = tuple[str, str, str]


def folded_words(text: str) -> str:
    """Make carriers' words comparable: case and spaces do not tell them apart."""
    return " ".join(text[:MOST_WORDS].casefold().split())


def checked_key(carrier: str, carrier_code: str, carrier_text: str, event_type: str) -> CodeKey:
    """Return the key under which a mapping is kept.

    Raises:
        BadInputError: neither code nor words, or an event type that does not exist.
    """
    words = folded_words(carrier_text)
    if not carrier.strip() or not (carrier_code or words):
        raise BadInputError("a mapping needs the carrier, and its code or, where it sends none, its words")
    if event_type not in EVENT_TYPES:
        raise BadInputError(f"event_type: {event_type!r} is none of the event types; docs/reference/event-types.md lists them")
    return carrier.strip().lower(), carrier_code, words


class MappedCodes(msgspec.Struct, frozen=True):
    """What unknown codes mean to one merchant."""

    #: The merchant's own mappings: they win.
    own: Mapping[CodeKey, str] = {}
    #: Those for every merchant of the installation.
    everywhere: Mapping[CodeKey, str] = {}

    def meaning(self, carrier: str, carrier_code: str, carrier_text: str) -> str:
        """Tell the event type mapped to a code, by its words before by the code alone; "unknown" where none is."""
        words = folded_words(carrier_text)
        for table in (self.own, self.everywhere):
            for key in ((carrier, carrier_code, words), (carrier, carrier_code, "")):
                if (key[1] or key[2]) and (slug := table.get(key)) is not None:
                    return slug
        return "unknown"

    def reread(self, checkpoint: Checkpoint) -> Checkpoint:
        """Give a checkpoint whose code the plug-in did not know the meaning mapped to it now, if any."""
        slug = self.meaning(checkpoint.carrier, checkpoint.carrier_code, checkpoint.carrier_text)
        return msgspec.structs.replace(checkpoint, event_type=slug, mapped=slug != "unknown")

    def read(self, trackings: tuple[Tracking, ...]) -> tuple[Tracking, ...]:
        """Read the unknown codes of what a plug-in parsed."""
        if not (self.own or self.everywhere):
            return trackings
        return tuple([self._read(tracking) if _has_unknown(tracking.checkpoints) else tracking for tracking in trackings])

    def _read(self, tracking: Tracking) -> Tracking:
        read = tuple([self.reread(one) if one.event_type == "unknown" else one for one in tracking.checkpoints])
        return msgspec.structs.replace(tracking, checkpoints=read)


def _has_unknown(checkpoints: Iterable[Checkpoint]) -> bool:
    return any(checkpoint.event_type == "unknown" for checkpoint in checkpoints)
