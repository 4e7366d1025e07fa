"""ANSI X12 214: separators given by ISA, envelopes, shipments and packages, AT7's four codes, clocks."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.carriers.x12_214.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError, MisconfiguredError

X12 = carriers()["x12_214"]


def interchange(*segments: str, element: str = "*", terminator: str = "~", component: str = ">") -> bytes:
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{'SENDER':15}", "ZZ", f"{'SHOP':15}", "261121", "0930", "U", "00401", "000000001"]
    body = [["GS", "QM", "SENDER", "SHOP", "20261121", "0930", "1", "X", "004010"], ["ST", "214", "0001"]]
    body += [segment.split("*") for segment in segments]
    body += [["SE", str(len(segments) + 2), "0001"], ["GE", "1", "1"], ["IEA", "1", "000000001"]]
    return terminator.join(element.join(one) for one in ([*isa, "0", "P", component], *body, [""])).encode()


def read(body: bytes) -> Parsed:
    return X12.parse(Raw(body=body))


def types(*segments: str) -> list[str]:
    return [scan.event_type for scan in read(interchange("B10*P1*S1*ODFL", "LX*1", *segments)).trackings[0].checkpoints]


@pytest.mark.parametrize(
    ("element", "terminator", "component"), [("*", "~", ">"), ("|", "\n", ":"), ("^", "\x1c", "\x1f"), ("\x1d", "'", "<")]
)
def test_the_separators_are_those_isa_gives(element: str, terminator: str, component: str) -> None:
    body = interchange(
        "B10*P1*S1*ODFL", "LX*1", "AT7*D1*NS***20261120*1605*LT", element=element, terminator=terminator, component=component
    )
    (tracking,) = read(body).trackings
    assert (tracking.tracking_number, tracking.carrier) == ("P1", "old_dominion")
    assert [scan.event_type for scan in tracking.checkpoints] == ["delivered"]


@pytest.mark.parametrize(
    ("status", "reason", "event_type"),
    [
        ("X1", "NS", "driver_nearby"), ("X3", "NS", "pickup_attempted"), ("AP", "NS", "attempt_failed"), ("D1", "NS", "delivered"),
        ("D1", "S1", "delivered_partial"), ("SD", "AO", "delayed_weather"), ("SD", "T3", "delayed_capacity"), ("SD", "BG", "delayed"),
        ("AH", "B1", "attempt_failed_business_closed"), ("A7", "AK", "refused_damaged"), ("J1", "AO", "handed_to_partner"),
        ("Q9", "NS", "unknown"), ("A3", "NS", "returned_to_sender"),
    ],
)  # fmt: skip
def test_status_and_reason_are_read_together(status: str, reason: str, event_type: str) -> None:
    assert event_type_of(status, reason) == event_type
    assert types(f"AT7*{status}*{reason}***20261120*1605*LT") == [event_type]


def test_an_appointment_is_an_estimate_and_its_event_happened_when_the_message_was_made() -> None:
    (tracking,) = read(interchange("B10*P1*S1*ODFL", "LX*1", "AT7***AB*NA*20261124*1300*LT")).trackings
    (scan,) = tracking.checkpoints
    (estimate,) = tracking.estimates
    assert (scan.event_type, scan.carrier_code) == ("appointment_made", "AB/NA")
    assert scan.occurred_at is not None
    assert scan.occurred_at.local == "2026-11-21T09:30:00"
    assert (f"{estimate.from_on}", estimate.to_time) == ("2026-11-24", "13:00")


def test_not_earlier_and_not_later_make_a_window() -> None:
    body = interchange("B10*P1*S1*ODFL", "LX*1", "AT7***ED*NA*20261124*0800", "AT7***LD*NA*20261124*1200")
    (estimate,) = read(body).trackings[0].estimates
    assert (estimate.from_time, estimate.to_time) == ("08:00", "12:00")


@pytest.mark.parametrize(
    ("stamp", "place", "local", "offset", "source"),
    [
        ("20260720*1605*ET", "", "2026-07-20T16:05:00", "-04:00", ZoneSource.SENT),
        ("20261120*1605*ET", "", "2026-11-20T16:05:00", "-05:00", ZoneSource.SENT),
        ("20261120*160512*UT", "MS1*CHICAGO*IL*US", "2026-11-20T16:05:12", "+00:00", ZoneSource.SENT),
        ("20261120*1605*LT", "MS1*CHICAGO*IL*US", "2026-11-20T16:05:00", "-06:00", ZoneSource.FACILITY),
        ("20261120*1605", "MS1*WINNIPEG*MB", "2026-11-20T16:05:00", "-06:00", ZoneSource.FACILITY),
        ("20261120*1605*02", "", "2026-11-20T16:05:00", "+02:00", ZoneSource.SENT),
        ("20261120*1605*19", "", "2026-11-20T16:05:00", "-06:00", ZoneSource.SENT),
        ("20261120", "", "2026-11-20", None, ZoneSource.ASSUMED),
        ("261120*20*1605*CS", "", "2026-11-20T16:05:00", "-06:00", ZoneSource.SENT),
    ],
)
def test_a_time_keeps_its_wall_clock_and_its_zone_as_far_as_it_is_known(
    stamp: str, place: str, local: str, offset: str | None, source: ZoneSource
) -> None:
    (tracking,) = read(interchange("B10*P1*S1*ODFL", "LX*1", f"AT7*D1*NS***{stamp}", *filter(None, [place]))).trackings
    at = tracking.checkpoints[0].occurred_at
    assert at is not None
    assert (at.local, at.offset, at.zone_source) == (local, offset, source)


def test_packages_have_their_own_statuses() -> None:
    body = interchange(
        "B10*P1*S1*UPSN", "LX*1", "AT7*AF*NS***20261119*0900", "LX*2", "AT7*D1*NS***20261120*1605", "MAN*CP*K1",
        "LX*3", "L11*K2*2I", "AT7*AH*NS***20261120*1610", "CD3*G*5", "AT7*A9*NS***20261120*1615", "MAN*GM*003400000000000001",
    )  # fmt: skip
    told = {one.tracking_number: [scan.event_type for scan in one.checkpoints] for one in read(body).trackings}
    assert told == {"P1": ["picked_up"], "K1": ["delivered"], "K2": ["attempt_failed"], "003400000000000001": ["damaged"]}


def test_the_connections_carrier_goes_before_the_alpha_code() -> None:
    assert X12.parse_with is not None
    raw = Raw(body=interchange("B10*P1*S1*ODFL", "LX*1", "AT7*D1*NS***20261120"))
    assert X12.parse_with(raw, {"carrier": "ABF Freight"}).trackings[0].carrier == "abf_freight"
    assert read(interchange("B10*P1*S1*QQQQ", "LX*1", "AT7*D1*NS***20261120")).trackings[0].carrier == "x12_214"


def test_a_partner_who_uses_codes_otherwise_is_read_by_its_own_table() -> None:
    assert X12.parse_with is not None
    raw = Raw(body=interchange("B10*P1*S1*ODFL", "LX*1", "AT7*X1*NS***20261120", "AT7*SD*BG***20261120", "AT7*SD*AO***20261120"))
    (tracking,) = X12.parse_with(raw, {"code_table": '{"X1": "delivered", "SD/BG": "delayed_capacity"}'}).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["delivered", "delayed_capacity", "delayed_weather"]
    assert tracking.carrier == "old_dominion"
    with pytest.raises(MisconfiguredError):
        X12.parse_with(raw, {"code_table": '{"X1": "nothing"}'})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"hello", "does not begin with ISA"),
        (b"ISA*00*00~", "segment 1: ISA has fewer than 16 elements"),
        (interchange("B10*P1*S1*ODFL").replace(b"SE*3*0001~GE*1*1~IEA*1*000000001~", b""), "cut off; SE is missing"),
        (interchange("B10*P1*S1*ODFL").replace(b"IEA*1*000000001~", b""), "cut off; IEA is missing"),
        (interchange("B10*P1*S1*ODFL", "ST*214*2"), "segment 5: ST does not belong here"),
        (interchange("B10*P1*S1*ODFL", "?*2"), "segment 5: '\\?' is no segment tag"),
        (interchange("B10*P1*S1*ODFL", "LX*1", "AT7*D1*NS***20261320*1605"), "segment 6: '20261320' '1605' is no date and time"),
    ],
)
def test_a_broken_interchange_is_refused_by_the_number_of_its_segment(body: bytes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read(body)


def test_ten_megabytes_are_refused_in_bounded_time() -> None:
    with pytest.raises(BadInputError, match="more than 100000 segments"):
        read(interchange("B10*P1*S1*ODFL", "LX*1~" * 150_000))
    with pytest.raises(BadInputError, match="more than 300000 events"):
        read(interchange("B10*P1*S1*ODFL", "LX*1", *["MAN*CP*1"] * 1_000, *["AT7*D1*NS"] * 1_000))


@given(st.lists(st.text(alphabet="AT7LXMSB10K*D: 259", max_size=30), max_size=8))
def test_any_segments_are_read_or_refused(segments: list[str]) -> None:
    with contextlib.suppress(BadInputError):
        read(interchange(*segments))
