"""UPS: Tracking API, Track Alert, the older XML interface, saved tracking pages → trackings, notes; delivery changes → its Delivery Intercept."""

from doorstep.carriers.reading import html_of, json_of, looks_like, xml_of
from doorstep.carriers.ups.asking import ASKING, SETTINGS
from doorstep.carriers.ups.intercepting import ERRANDS
from doorstep.carriers.ups.intercepting import SETTINGS as INTERCEPT_SETTINGS
from doorstep.carriers.ups.older_json import is_older, parse_older
from doorstep.carriers.ups.track_alert import is_alert, parse_alerts, verify_credential
from doorstep.carriers.ups.tracking_json import parse_answer
from doorstep.carriers.ups.tracking_page import parse_page
from doorstep.carriers.ups.tracking_xml import parse_reply
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read whatever UPS sent.

    Raises:
        BadInputError: and nothing else.
    """
    kind = looks_like(raw)
    if kind == "html":
        return parse_page(html_of(raw))
    if kind == "xml":
        return parse_reply(xml_of(raw))
    tree = json_of(raw)
    if is_older(tree):
        return parse_older(tree)
    return parse_alerts(tree) if is_alert(tree) else parse_answer(tree)


CARRIER = Carrier(
    slug="ups",
    name="UPS",
    parse=parse,
    verify=verify_credential,
    settings=(
        Setting(
            name="credential",
            label="Credential given to UPS with the Track Alert subscription, for its webhooks",
            secret=True,
            required=False,
            example="3f9c…",
        ),
        *SETTINGS,
        *INTERCEPT_SETTINGS,
    ),
    asking=ASKING,
    errands=ERRANDS,
    tracking_url="https://www.ups.com/track?tracknum={number}",
)
