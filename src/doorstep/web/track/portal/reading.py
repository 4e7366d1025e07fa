"""A form as it was sent, texts and photos → clean texts by name, and bytes."""

from collections.abc import Mapping

import msgspec
from litestar.datastructures import UploadFile

from doorstep.steps.photos import MOST_BYTES, MOST_PHOTOS
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text

#: Of one form: fields looked at, signs of one text.
_MOST_FIELDS, _LONGEST = 1000, 2000
#: Bytes of a form with photos: five of ten megabytes, and the texts.
MOST_FORM_BYTES = MOST_PHOTOS * MOST_BYTES + 2_000_000
#: The name under which photos are sent.
_PHOTO = "photo_file"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent. A name that was not is the empty text."""

    texts: Mapping[str, tuple[str, ...]] = {}
    photos: tuple[bytes, ...] = ()

    def one(self, name: str, most: int = 200) -> str:
        """The last text of a name, in one line."""
        return clean_text(self.texts.get(name, ("",))[-1], most)

    def lines(self, name: str, most: int = _LONGEST) -> str:
        """The last text of a name, with its lines."""
        return clean_lines(self.texts.get(name, ("",))[-1], most)

    def all(self, name: str, most: int = 200) -> tuple[str, ...]:
        """Every text of a name that is not empty, each once."""
        return tuple(dict.fromkeys(filter(None, (clean_text(one, most) for one in self.texts.get(name, ())))))

    def number(self, name: str) -> int:
        """A whole number from 0 to 9,999; 0 where none was sent."""
        text = self.one(name, 5)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0  # noqa: PLR2004 - digits


async def read_form(request: AnyRequest) -> Form:
    """Read a form; of photos that are too large only so much as shows it."""
    texts: dict[str, list[str]] = {}
    photos: list[bytes] = []
    for name, value in list((await request.form()).multi_items())[:_MOST_FIELDS]:
        if isinstance(value, UploadFile):
            sent = await value.read(MOST_BYTES + 1) if name == _PHOTO and len(photos) <= MOST_PHOTOS else b""
            photos += [sent] if sent else []
        elif isinstance(value, str):
            texts.setdefault(name, []).append(value)
    return Form(texts={name: tuple(sent) for name, sent in texts.items()}, photos=tuple(photos))
