"""DHL Express: XML Services, MyDHL API, Unified JSON or public page → checkpoints."""

from doorstep.carriers.dhl_express import page, unified, xml
from doorstep.carriers.families import mydhl_api
from doorstep.carriers.reading import dig, json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read any of DHL Express's answers.

    Raises:
        BadInputError: none of them.
    """
    match looks_like(raw):
        case "json":
            answer = json_of(raw)
            if dig(answer, "results") is not None or dig(answer, "errors") is not None:
                return page.read(answer)
            return unified.read(answer) if dig(answer, "shipments", 0, "id") is not None else mydhl_api.read(answer)
        case "xml":
            return xml.read(xml_of(raw))
    raise BadInputError("neither JSON nor XML")


CARRIER = Carrier(
    slug="dhl_express",
    name="DHL Express",
    parse=parse,
    tracking_url="https://www.dhl.com/en/express/tracking.html?AWB={number}&brand=DHL",
)
