"""Photos that were not taken → what their page says of them."""

from collections.abc import Iterable

from doorstep.steps.photos import MOST_BYTES, MOST_PHOTOS, NoPhoto
from doorstep.web.track.words import Words

MEGABYTES = MOST_BYTES // 1_000_000


def photo_errors(refused: Iterable[NoPhoto], words: Words) -> tuple[str, ...]:
    """Say why photos were not taken."""
    return tuple(words(f"photo.{one}", most=MOST_PHOTOS, megabytes=MEGABYTES) for one in refused)
