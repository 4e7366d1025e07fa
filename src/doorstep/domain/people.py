"""Who somebody is: a set of identities, each shown to be theirs or only said."""

from datetime import datetime
from enum import StrEnum

import msgspec

from doorstep.domain.vocabulary import ChannelKind


class IdentityKind(StrEnum):
    """What kind of name a person goes by."""

    #: Lower case.
    EMAIL = "email"
    #: E.164; of calls, texts and WhatsApp alike.
    PHONE = "phone"
    #: WhatsApp's name for a person who hides the number, e.g. "US.13491208655302741918".
    BSUID = "bsuid"
    #: Messenger's name for a person, of one page.
    PSID = "psid"
    #: The brand's own name for a customer of its app.
    APP = "app"
    #: A visitor of the chat on the shop's site.
    CHAT = "chat"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One name that a person goes by."""

    kind: IdentityKind
    value: str
    #: "order", "reply", "provider", "knowledge", "agent", "app", "page".
    source: str
    first_at: datetime
    #: Aware UTC; None: said, not shown.
    verified_at: datetime | None = None
    #: What showed it: "wrote from it", "the provider says so", "order number and e-mail", "signed by the shop".
    verified_how: str = ""


#: Which identity an address on a channel is; the channels that are not here know nobody.
KIND_OF_CHANNEL: dict[ChannelKind, IdentityKind] = {
    ChannelKind.EMAIL: IdentityKind.EMAIL,
    ChannelKind.SMS: IdentityKind.PHONE,
    ChannelKind.WHATSAPP: IdentityKind.PHONE,
    ChannelKind.MESSENGER: IdentityKind.PSID,
    ChannelKind.INAPP: IdentityKind.APP,
    ChannelKind.CHAT: IdentityKind.CHAT,
}


def identity_kind(channel: ChannelKind, address: str) -> IdentityKind | None:
    """Tell what an address on a channel is; None where the channel knows nobody. A WhatsApp address with no plus is a BSUID."""
    if channel is ChannelKind.WHATSAPP and not address.startswith("+"):
        return IdentityKind.BSUID
    return KIND_OF_CHANNEL.get(channel)
