"""Other projects' lists of the carriers' codes: how many of them mean something to us, held carrier by carrier.

Each code is put into our own samples in place of a code, so that a plug-in reads it as it would come. What such a list calls a code means
is not believed: only that it is one.
"""

import csv
from collections import defaultdict
from functools import cache

import pytest
from test_carriers import DATA, sample_bodies, with_another_code

from doorstep.carriers import carriers
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

LISTS = ("carrier_status_codes.tsv", "carrier_status_codes_ha.tsv")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")
#: The share of a carrier's listed codes that must be read; all of them where it is not named here. Most of what is not read was never
#: sent by the carrier: one connector's template of reasons ("DMG", "BADADDR", "Customs Hold") stands in many lists.
SHARES = {
    "allied_express": 0.9,  # "Other"
    "allied_express_local": 0.9,  # "Other"
    "amazon_shipping": 0.85,  # details that only refine the event beside them
    "asendia": 0.7,  # the template; PICKUP and AWAITING, which do not say of what
    "boxknight": 0.8,
    "budbee": 0.9,  # "Backordered", the shop's own affair
    "canadapost": 0.6,  # numbers without any text, which the post's own list has not
    "chronopost": 0.0,  # the template
    "dhl_nl": 0.9,  # categories, which count only without a status
    "dpd": 0.7,  # the template
    "easyship": 0.5,
    "gls": 0.2,  # statuses of a whole parcel, which count only without events; INPICKUP and the like are held in test_gls
    "hay_post": 0.0,  # numbers without any text
    "hermes": 0.85,  # numbers without any text, which the carrier's own list has not
    "inpost": 0.9,  # groups of statuses, and a step of paying
    "laposte": 0.7,
    "mydhl": 0.7,  # the template; codes that DHL's own list has not
    "nova_post": 0.98,  # 999, the carrier's own "undetermined"
    "parcelone": 0.7,  # the template
    "purolator": 0.05,  # the template
    "royalmail": 0.04,  # the template
    "sendle": 0.2,  # the template
    "shopee_xpress": 0.97,  # R00, "no reason"
    "tnt": 0.0,  # "DEL", which TNT does not send
}


@cache
def listed_codes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name in LISTS:
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["carrier"] in carriers() and row["carrier_code"]:
                    found[row["carrier"]].add(row["carrier_code"])
    return found


def is_read(slug: str, code: str) -> bool | None:
    """Put the code in the place of every code and sentence of the samples in turn; None where no sample has a place for it."""
    reached = None
    for body in sample_bodies(slug):
        for own in own_codes(slug, body):
            changed = with_another_code(body, own, code)
            if changed == body and own != code:
                continue
            try:
                parsed = carriers()[slug].parse(Raw(body=changed))
            except BadInputError:
                continue
            for tracking in parsed.trackings:
                for scan in tracking.checkpoints:
                    if code in (scan.carrier_code, *scan.carrier_code.split("/"), scan.carrier_text):
                        reached = True
                        if scan.event_type != "unknown":
                            return True
    return None if reached is None else False


@cache
def own_codes(slug: str, body: bytes) -> list[str]:
    try:
        parsed = carriers()[slug].parse(Raw(body=body))
    except BadInputError:
        return []
    scans = [scan for tracking in parsed.trackings for scan in tracking.checkpoints]
    return list(dict.fromkeys(part for scan in scans for part in (*scan.carrier_code.split("/"), scan.carrier_text) if part))


@needs_data
@pytest.mark.parametrize("slug", sorted(carriers()))
def test_a_carriers_listed_codes_are_read(slug: str) -> None:
    codes = listed_codes().get(slug, set())
    told = {code: is_read(slug, code) for code in sorted(codes)}
    reached = [code for code, read in told.items() if read is not None]
    unread = [code for code in reached if not told[code]]
    assert len(unread) <= (1 - SHARES.get(slug, 1.0)) * len(reached) + 1e-9, unread
