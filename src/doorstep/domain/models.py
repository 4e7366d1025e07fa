"""The plug-in record of a language model that a merchant may connect: a name, and what has to be given."""

import msgspec

from doorstep.domain.plugins import Setting


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of endpoint is set up; it is spoken to by `conversations.models`."""

    slug: str
    name: str
    settings: tuple[Setting, ...] = ()
