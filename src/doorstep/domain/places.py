"""Where: a scan's place and a person's postal address."""

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where a scan happened, as the carrier told it; every part None where untold."""

    #: The carrier's free text, when it gave no parts or more than the parts.
    text: str | None = None
    city: str | None = None
    #: State or province, the carrier's spelling.
    region: str | None = None
    postcode: str | None = None
    #: ISO 3166-1 alpha-2, upper case; None where the carrier's word could not be read as a country.
    country: str | None = None
    #: Name or code of the carrier's facility.
    facility: str | None = None


class Address(msgspec.Struct, frozen=True):
    """A consignee's postal address; parts as the shop sent them."""

    name: str | None = None
    company: str | None = None
    #: Street lines, in order.
    lines: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    #: ISO 3166-1 alpha-2.
    country: str | None = None
    #: E.164 where it could be read as a number, else as sent.
    phone: str | None = None
