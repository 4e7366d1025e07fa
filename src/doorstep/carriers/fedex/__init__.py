"""FedEx: Track API, its webhook, the older XML Track Service, proof of delivery → trackings, notes."""

from doorstep.carriers.fedex.asking import ASKING, SETTINGS
from doorstep.carriers.fedex.proof_of_delivery import is_proof, parse_proof
from doorstep.carriers.fedex.tracking_json import parse_answer
from doorstep.carriers.fedex.tracking_xml import parse_reply
from doorstep.carriers.fedex.webhook import verify_signature
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read whatever FedEx sent.

    Raises:
        BadInputError: and nothing else.
    """
    if looks_like(raw) == "xml":
        return parse_reply(xml_of(raw))
    tree = json_of(raw)
    return parse_proof(tree) if is_proof(tree) else parse_answer(tree)


CARRIER = Carrier(
    slug="fedex",
    name="FedEx",
    parse=parse,
    verify=verify_signature,
    settings=(
        Setting(
            name="security_token",
            label="Security token of the FedEx webhook project, for its webhooks",
            secret=True,
            required=False,
            example="a1b2c3d4e5f6",
        ),
        *SETTINGS,
    ),
    asking=ASKING,
    tracking_url="https://www.fedex.com/fedextrack/?trknbr={number}",
)
