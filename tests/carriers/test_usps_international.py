"""USPS International: USPS's answers read under its name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.carriers import carriers, usps_international
from doorstep.carriers.usps_international import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError, BadSignatureError

SAMPLE = (Path(usps_international.__file__).parent / "samples" / "on_the_way.json").read_bytes()


def test_it_reads_what_usps_reads_and_names_itself():
    (ours,) = CARRIER.parse(Raw(body=SAMPLE)).trackings
    (theirs,) = carriers()["usps"].parse(Raw(body=SAMPLE)).trackings
    assert (ours.carrier, {scan.carrier for scan in ours.checkpoints}) == ("usps_international", {"usps_international"})
    assert [scan.event_type for scan in ours.checkpoints] == [scan.event_type for scan in theirs.checkpoints] != []


def test_the_number_asked_for_names_an_answer_without_one():
    body = SAMPLE.replace(b'"trackingNumber": "LZ000000005US",', b"")
    url = "https://apis.example/tracking/v3/tracking/LZ000000005US?expand=DETAIL"
    assert CARRIER.parse(Raw(body=body, url=url)).trackings[0].tracking_number == "LZ000000005US"
    with pytest.raises(BadInputError):
        CARRIER.parse(Raw(body=body))


def test_the_sender_is_checked_as_usps_does():
    with pytest.raises(BadSignatureError):
        CARRIER.verify(Raw(body=b"{}", headers={"x-hmac": "x"}), {"secret": "s"}, datetime(2026, 3, 4, tzinfo=UTC))
