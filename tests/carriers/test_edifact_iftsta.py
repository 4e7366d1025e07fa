"""UN/EDIFACT IFTSTA: separators, envelopes, consignments and pieces, codes, clocks, cancellations."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.carriers.edifact_iftsta.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed, Scan
from doorstep.domain.vocabulary import Status, ZoneSource
from doorstep.errors import BadInputError
from doorstep.timeline import fold

IFTSTA = carriers()["edifact_iftsta"]
VOCABULARIES = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "vocabularies"


def interchange(*segments: str, function: str = "9") -> bytes:
    inside = ["UNH+1+IFTSTA:D:20B:UN", f"BGM+77+R1+{function}", *segments]
    return ("'".join(["UNB+UNOY:4+S+R+261121:0900+1", *inside, f"UNT+{len(inside) + 1}+1", "UNZ+1+1"]) + "'").encode()


def read(body: bytes) -> Parsed:
    return IFTSTA.parse(Raw(body=body))


def types(body: bytes) -> list[str]:
    return [scan.event_type for tracking in read(body).trackings for scan in tracking.checkpoints]


@pytest.mark.skipif(not VOCABULARIES.is_dir(), reason="../shared/data/carriers/vocabularies is not here")
def test_every_status_of_the_recommendation_has_an_event_type() -> None:
    with (VOCABULARIES / "unece_rec24.tsv").open(encoding="utf-8") as lines:
        statuses = [row["code"] for row in csv.DictReader(lines, delimiter="\t")]
    reasons = [line.split("\t")[0] for line in (VOCABULARIES / "edifact_9013_D20B.tsv").read_text().splitlines()]
    assert len(statuses) > 330
    assert [code for code in statuses if event_type_of(code, ()) == "unknown"] == []
    assert {event_type_of(code, (reason,)) for code in statuses for reason in reasons} <= set(EVENT_TYPES) - {"unknown"}


@pytest.mark.parametrize(
    ("status", "reasons", "event_type"),
    [
        ("21", (), "delivered"), ("21", ("96",), "delivered_partial"), ("23", ("7",), "attempt_failed_business_closed"),
        ("101", ("63",), "delayed_weather"), ("106", ("14",), "refused_damaged"), ("210", ("30",), "attempt_failed_address"),
        ("315", ("37",), "held_for_documents"), ("21", ("52",), "delivered"), ("13", ("63",), "picked_up"), ("0021", (), "delivered"),
        ("999", ("7",), "unknown"), ("", (), "unknown"),
    ],
)  # fmt: skip
def test_a_reason_sharpens_a_status_and_never_replaces_an_unknown_one(status: str, reasons: tuple[str, ...], event_type: str) -> None:
    assert event_type_of(status, reasons) == event_type


def test_the_partners_own_list_is_not_read_as_the_un_list() -> None:
    (tracking,) = read(interchange("CNI+1+C1", "STS+1+21::ZZZ:Eigener Code")).trackings
    (scan,) = tracking.checkpoints
    assert (scan.event_type, scan.carrier_code, scan.carrier_text) == ("unknown", "ZZZ/21", "Eigener Code")


def test_separators_and_released_characters_are_those_of_the_service_string() -> None:
    body = b"UNA|*,! ~UNH*1*IFTSTA|D|96A|UN~CNI*1*AB!*C!~!!1~STS*1*21|||left at Smith!|Sons~UNT*4*1~"
    (tracking,) = read(body).trackings
    assert tracking.tracking_number == "AB*C~!1"
    assert tracking.checkpoints[0].carrier_text == "left at Smith|Sons"


def test_text_is_read_in_the_character_set_the_envelope_names() -> None:
    body = interchange("CNI+1+C1", "STS+1+21", "LOC+175+:::Łódź").decode()
    assert read(body.encode()).trackings[0].checkpoints[0].place.city == "Łódź"  # type: ignore[union-attr]
    latin2 = body.replace("UNOY", "UNOD").encode("iso8859-2")
    assert read(latin2).trackings[0].checkpoints[0].place.city == "Łódź"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "local", "offset", "source"),
    [
        ("202611211530:203", "2026-11-21T15:30:00", "+01:00", ZoneSource.COUNTRY),
        ("20261121153059:204", "2026-11-21T15:30:59", "+01:00", ZoneSource.COUNTRY),
        ("20261121:102", "2026-11-21", "+01:00", ZoneSource.COUNTRY),
        ("2611211530:201", "2026-11-21T15:30:00", "+01:00", ZoneSource.COUNTRY),
        ("202611211430UTC:303", "2026-11-21T14:30:00", "+00:00", ZoneSource.SENT),
        ("202611211530?+0530:205", "2026-11-21T15:30:00", "+05:30", ZoneSource.SENT),
        ("202611211530", "2026-11-21T15:30:00", "+01:00", ZoneSource.COUNTRY),
    ],
)
def test_a_time_keeps_its_wall_clock_and_its_zone_as_far_as_it_is_known(value: str, local: str, offset: str, source: ZoneSource) -> None:
    (tracking,) = read(interchange("CNI+1+C1", "STS+1+21", f"DTM+334:{value}", "LOC+14+DEBER")).trackings
    at = tracking.checkpoints[0].occurred_at
    assert at is not None
    assert (at.local, at.offset, at.zone_source) == (local, offset, source)


def test_what_is_said_of_one_piece_is_not_said_of_the_consignment() -> None:
    body = interchange(
        "CNI+1+C1", "STS+1+13", "STS+1+21", "GIN+BJ+340000000000000001+340000000000000002", "STS+1+210", "GIN+BJ+340000000000000003"
    )
    whole, *pieces = read(body).trackings
    assert [scan.event_type for scan in whole.checkpoints] == ["picked_up"]
    assert [link.tracking_number for link in whole.links] == [piece.tracking_number for piece in pieces]
    assert [[scan.event_type for scan in piece.checkpoints] for piece in pieces] == [["delivered"], ["delivered"], ["attempt_failed"]]


def test_the_only_piece_of_a_message_is_not_the_consignment_of_which_other_messages_tell() -> None:
    whole, piece = read(interchange("CNI+1+C1", "STS+1+21", "GIN+BJ+340000000000000001")).trackings
    assert ([scan.event_type for scan in whole.checkpoints], [scan.event_type for scan in piece.checkpoints]) == ([], ["delivered"])
    assert [link.role for link in whole.links] == ["part"]


def test_a_consignment_scanned_as_a_piece_keeps_what_is_said_of_it() -> None:
    body = interchange("CNI+1+340000000000000001", "STS+1+21", "GIN+BJ+340000000000000001", "STS+1+13", "GIN+BJ+340000000000000002")
    whole, piece = read(body).trackings
    assert ([scan.event_type for scan in whole.checkpoints], [scan.event_type for scan in piece.checkpoints]) == (
        ["delivered"],
        ["picked_up"],
    )
    assert [link.role for link in whole.links] == ["parcel"]


def test_a_cancelled_message_takes_its_events_back() -> None:
    event = ("CNI+1+C1", "STS+1+21", "DTM+334:202611211530:203")
    said = read(interchange("CNI+1+C1", "STS+1+31", "DTM+334:202611201530:203")).trackings[0].checkpoints
    said += read(interchange(*event)).trackings[0].checkpoints
    assert fold([Scan.of(scan) for scan in said], ()).status is Status.DELIVERED
    said += read(interchange(*event, function="1")).trackings[0].checkpoints
    assert fold([Scan.of(scan) for scan in said], ()).status is Status.IN_TRANSIT


def test_an_estimate_is_a_day_a_window_or_a_period_until_the_goods_are_there() -> None:
    def estimate(*segments: str) -> tuple[str, str, str | None, str | None] | None:
        found = read(interchange("CNI+1+C1", "STS+1+31", *segments)).trackings[0].estimates
        return (f"{found[0].from_on}", f"{found[0].to_on}", found[0].from_time, found[0].to_time) if found else None

    assert estimate("DTM+17:20261124:102") == ("2026-11-24", "2026-11-24", None, None)
    assert estimate("DTM+64:202611240800:203", "DTM+63:202611241200:203") == ("2026-11-24", "2026-11-24", "08:00", "12:00")
    assert estimate("DTM+17:20261124-20261126:718") == ("2026-11-24", "2026-11-26", None, None)
    assert estimate("DTM+17:20261126-20261124:718") is None
    assert estimate("DTM+17:20261124:102", "STS+1+21") is None


def test_the_connections_carrier_goes_before_what_the_message_says() -> None:
    body = Raw(body=interchange("NAD+CA+UPSN", "CNI+1+C1", "STS+1+21"))
    assert IFTSTA.parse_with is not None
    assert IFTSTA.parse(body).trackings[0].carrier == "ups"
    assert IFTSTA.parse_with(body, {}).trackings[0].carrier == "ups"
    (tracking,) = IFTSTA.parse_with(body, {"carrier": "dpd"}).trackings
    assert {tracking.carrier, *(scan.carrier for scan in tracking.checkpoints)} == {"dpd"}
    assert read(interchange("CNI+1+C1", "STS+1+21")).trackings[0].carrier == "edifact_iftsta"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"UNB+UNOA:1+S+R+261121:0900+1'UNH+1+IFTSTA:D:96A:UN'STS+1+21'", "segment 3: the interchange is cut off; UNT"),
        (b"UNB+UNOA:1+S+R+261121:0900+1'UNH+1+IFTSTA:D:96A:UN'UNT+2+1'", "segment 3: the interchange is cut off; UNZ"),
        (b"UNB+UNOA:1+S+R+261121:0900+1'STS+1+21'UNZ+0+1'", "segment 2: STS stands outside"),
        (b"UNH+1+IFTSTA:D:96A:UN'UNT+2+9'", "segment 2: UNT closes message"),
        (b"UNH+1+IFTSTA:D:96A:UN'UNH+2+IFTSTA:D:96A:UN'", "segment 2: UNH does not belong"),
        (b"UNH+1+IFTSTA:D:96A:UN'CNI+1+C'STS+1+21'DTM+334:20261341:102'UNT+4+1'", "segment 4: '20261341' is not a time"),
        (b"UNH+1+IFTSTA:D:96A:UN'hello'UNT+3+1'", "segment 2: 'hello' is no segment tag"),
        (b"UNA::::::", "does not name four separators"),
        (b"{}", "begins with none of UNA, UNB, UNH"),
    ],
)
def test_a_broken_interchange_is_refused_by_the_number_of_its_segment(body: bytes, words: str) -> None:
    with pytest.raises(BadInputError, match=words.replace("(", r"\(")):
        read(body)


def test_messages_of_another_kind_are_left_out_with_a_note() -> None:
    parsed = read(b"UNB+UNOA:1+S+R+261121:0900+1'UNH+1+CONTRL:D:3:UN'UCI+1+S+R+7'UNT+3+1'UNZ+1+1'")
    assert parsed.trackings == ()
    assert [note.code for note in parsed.notes] == ["CONTRL"]


def test_ten_megabytes_are_read_or_refused_in_bounded_time() -> None:
    with pytest.raises(BadInputError, match="more than 100000 segments"):
        read(interchange("CNI+1+C1", "STS+1+21" + "'STS+1+31" * 150_000))
    with pytest.raises(BadInputError):
        read(b"UNB+UNOA:1" + b"?'" * 1_000_000)


@given(st.text(alphabet="UNABHTZSCDGI+:'?*0123456789 é\n", max_size=200))
def test_any_text_of_the_alphabet_is_read_or_refused(text: str) -> None:
    for body in (text.encode(), interchange(text)):
        with contextlib.suppress(BadInputError):
            read(body)


@given(
    number=st.text(alphabet="AB1+:'? *", min_size=1, max_size=20).filter(str.strip),
    words=st.text(alphabet="ab+:'? é", max_size=20),
)
def test_whatever_is_released_comes_back_as_it_was(number: str, words: str) -> None:
    def released(text: str) -> str:
        return "".join(f"?{character}" if character in "+:'?" else character for character in text)

    (tracking,) = read(interchange(f"CNI+1+{released(number)}", f"STS+1+21:::{released(words)}")).trackings
    assert tracking.tracking_number == "".join(number.split()).upper()
    assert tracking.checkpoints[0].carrier_text == words.strip()
