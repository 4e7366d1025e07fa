"""DHL Paket: the whole ICE and RIC list, retractions, returns, windows, errors."""

import contextlib
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers.dhl_parcel_de import CARRIER
from doorstep.carriers.families import dhl_paket_codes as codes
from doorstep.carriers.families import dhl_paket_sentences as sentences
from doorstep.carriers.families.dhl_paket_codes import event_type_of
from doorstep.carriers.families.dhl_paket_sentences import event_type_of_sentence
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

DATA = Path(__file__).parents[3] / "shared" / "data" / "carriers"
LIST = DATA / "code_lists" / "dhl_parcel_de_ice_ric.csv"
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "dhl_parcel_de" / "samples"
needs_list = pytest.mark.skipif(not LIST.is_file(), reason="../shared/data/carriers/code_lists is not here")
needs_payloads = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")


def rows() -> list[tuple[str, str, str]]:
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        return [(row["ice_event_code"], row["ice_ric_code"], row["ttpro_event_code"]) for row in csv.DictReader(lines, delimiter=";")]


def sample(name: str) -> Parsed:
    return CARRIER.parse(Raw(body=(SAMPLES / name).read_bytes()))


def payload(name: str) -> Parsed:
    return CARRIER.parse(Raw(body=(DATA / "payloads" / name).read_bytes()))


@needs_list
def test_every_row_of_the_list_has_an_event_type() -> None:
    assert len(rows()) == 338
    assert {row: event_type_of(*row) for row in rows() if event_type_of(*row) == "unknown"} == {}


@needs_list
def test_every_key_of_the_table_is_in_the_list() -> None:
    listed = {"/".join(row[:length]) for row in rows() for length in (1, 2, 3)}
    assert set(codes._BY_KEY) <= listed


@needs_list
def test_a_bare_ice_is_a_key_only_where_all_its_reasons_share_one_meaning() -> None:
    for ice in (key for key in codes._BY_KEY if "/" not in key):
        assert len({event_type_of(*row) for row in rows() if row[0] == ice}) == 1, ice
        assert not [key for key in codes._BY_KEY if key.startswith(f"{ice}/")], ice


def test_all_event_types_exist() -> None:
    used = {*codes._BY_KEY.values(), *(slug for _, slug in sentences._PHRASES), *codes._STANDARD.values(), *codes.UNIFIED.values()}
    assert used <= set(EVENT_TYPES)


@pytest.mark.parametrize(
    ("key", "event_type"),
    [
        (("DLVRD", "NGHBR", "ZU"), "delivered_neighbour"),
        (("HNDDE", "SERPT", "ZF"), "handed_to_partner"),
        (("HNDND", "CUSTM", "ZO"), "handed_to_partner_untracked"),
        (("SRTED", "NRQRD", "NB"), "sorted"),
        (("SRTED", "NRQRD", "PO"), "loaded_for_delivery"),
        (("NTDEL", "NHOME", "ZN"), "attempt_failed_not_home"),
        (("RETRN", "XXXXX", "ZN"), "return_started"),
        (("DLVRD", "XXXXX", "ZU"), "unknown"),
        (("XXXXX", "ACCPT", "ZU"), "unknown"),
        (("", "", "ZU"), "delivered"),
    ],
)
def test_the_finest_known_key_decides(key: tuple[str, str, str], event_type: str) -> None:
    assert event_type_of(*key) == event_type


def test_a_deleted_event_takes_back_the_one_before() -> None:
    first, second = sample("corrected.xml").trackings
    assert [(scan.event_type, scan.carrier_code, scan.retracts) for scan in first.checkpoints] == [
        ("delivered_neighbour", "DLVRD/NGHBR", None),
        ("event_retracted", "STORN/NRQRD", ""),
        ("delivered", "DLVRD/ACCPT", None),
    ]
    assert first.signed_by == "Muster"
    assert first.weight_g == 1200
    assert [link.tracking_number for link in first.links] == [second.tracking_number]


def test_the_way_back_is_told_by_the_payload() -> None:
    outbound, back = sample("corrected.xml").trackings
    assert not outbound.is_return
    assert back.is_return
    assert [scan.is_return for scan in back.checkpoints] == [True]


def test_an_event_without_a_country_has_the_clock_of_a_shipment_that_stays_at_home() -> None:
    stamp = sample("corrected.xml").trackings[0].checkpoints[1].occurred_at
    assert stamp is not None
    assert (stamp.local, stamp.offset, stamp.zone_source) == ("2026-03-03T09:20:00", "+01:00", ZoneSource.COUNTRY)


def test_no_data_is_a_note() -> None:
    parsed = sample("no_data.xml")
    assert parsed.trackings == ()
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("100", None)]


def test_the_delivery_window_is_an_estimate_as_old_as_the_newest_scan() -> None:
    (estimate,) = sample("page.html").trackings[0].estimates
    assert (str(estimate.from_on), estimate.from_time, estimate.to_time) == ("2026-03-04", "10:00", "13:00")
    assert estimate.stated_at
    assert estimate.stated_at.local == "2026-03-04T08:20:00"


def test_the_unified_answer_reads_dhls_standard_codes() -> None:
    (tracking,) = sample("unified.json").trackings
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [
        ("facility_arrival", "transit/EE"),
        ("accepted", "transit/ES"),
    ]
    assert (tracking.estimates[0].from_time, tracking.estimates[0].to_time) == ("09:00", "12:30")


@pytest.mark.parametrize(
    ("sentence", "event_type"),
    [
        (
            "Die Sendung liegt in der <a href='x'>PACKSTATION 7 Musterweg 1 12345 Musterstadt</a> zur Abholung bereit.",
            "ready_for_pickup_locker",
        ),
        ("Die Sendung liegt in der Filiale Musterweg 1 12345 Musterstadt zur Abholung bereit.", "ready_for_pickup"),
        ("Die Sendung wurde am 02.03. im Start-Paketzentrum bearbeitet.", "facility_processed"),
        ("Die Sendung wurde im Ziel-Paketzentrum bearbeitet. Sie wird morgen zugestellt.", "facility_processed"),
        ("The shipment is being prepared for delivery in the delivery depot", "preparing_for_delivery"),
        ("Die Sendung wird ins Zielland transportiert und dort an die Zustellorganisation Post übergeben.", "in_transit"),
        ("Die Sendung konnte nicht zugestellt werden und wird jetzt zur Abholung in die Filiale/Agentur gebracht.", "notice_left"),
        ("Die Sendung konnte nicht in die PACKSTATION eingestellt werden und wurde in eine Filiale weitergeleitet.", "pickup_point_full"),
        ("The shipment has been delivered to the recipient by simplified company delivery.", "delivered"),
        ("Die Sendung wurde nicht abgeholt und wird zurückgesandt.", "unclaimed"),
        ("Die Sendung konnte leider nicht erfolgreich zugestellt werden", "unknown"),
        ("Die Sendung wurde zugestellt, vielleicht.", "unknown"),
        ("", "unknown"),
    ],
)
def test_only_known_sentences_are_read(sentence: str, event_type: str) -> None:
    assert event_type_of_sentence(sentence) == event_type


@needs_payloads
@pytest.mark.parametrize(
    ("name", "windows"),
    [
        ("dhl_parcel_de__01.xml", []),
        ("dhl_parcel_de__06.html", [("2018-08-02", "10:00", "13:00", "2018-08-02T08:13:00")]),
        ("dhl_parcel_de__08.html", []),
        ("dhl_parcel_de__09.json", [("2018-08-03", None, "22:00", "2018-03-02T07:53:47")]),
    ],
)
def test_a_real_payload_states_the_judged_windows(name: str, windows: list[Any]) -> None:
    told = payload(name).trackings[0].estimates
    assert [(str(one.from_on), one.from_time, one.to_time, one.stated_at and one.stated_at.local) for one in told] == windows


@needs_payloads
def test_a_real_error_answer_is_a_note() -> None:
    assert [note.code for note in payload("dhl_parcel_de__02.xml").notes] == ["100"]


NAMES = [
    "name",
    "code",
    "error",
    "piece-code",
    "error-status",
    "ice",
    "ric",
    "standard-event-code",
    "event-timestamp",
    "event-location",
    "event-country",
    "ruecksendung",
]
KEYS = [
    "shipments",
    "id",
    "service",
    "events",
    "status",
    "statusCode",
    "timestamp",
    "location",
    "address",
    "countryCode",
    "sendungen",
    "sendungsdetails",
    "sendungsverlauf",
    "datum",
    "zustellung",
    "zustellzeitfensterVon",
    "zustellzeitfensterBis",
    "estimatedTimeOfDelivery",
    "details",
    "pieceIds",
    "weight",
    "value",
    "unitText",
    "error",
    "title",
    "trackingResponse",
]
VALUES = st.sampled_from(
    ["piece-shipment", "piece-event", "DLVRD", "ACCPT", "0", "1", "03.03.2026 09:12", "2026-03-03T09:12:00", "DE", "transit", ""]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


def parse_or_refuse(body: bytes) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(Raw(body=body))


@settings(deadline=None)
@given(TREES)
def test_any_json_of_dhls_keys_is_read_or_refused(tree: Any) -> None:
    parse_or_refuse(json.dumps(tree).encode())


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), max_size=4))
def test_any_xml_of_dhls_attributes_is_read_or_refused(elements: list[dict[str, str]]) -> None:
    inner = "".join(f"<data {' '.join(f'{key}={json.dumps(value)}' for key, value in one.items())}/>" for one in elements)
    parse_or_refuse(
        f'<data name="piece-shipment-list" code="0"><data name="piece-shipment" piece-code="1">{inner}</data>{inner}</data>'.encode()
    )


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    parse_or_refuse(body)
    parse_or_refuse(b"<html><body>" + body)
    parse_or_refuse(b'<html><script>initialState: JSON.parse("' + body + b'")</script></html>')


@pytest.mark.parametrize("when", ["Sa, 18.07.26 12:21", "Sa, 18.07.26 12:21 Uhr", "Sat, 18.07.2026 12:21 h"])
def test_a_row_of_the_older_page_is_dated_in_either_language(when: str) -> None:
    cells = "".join(
        f'<td data-label="{label}">{text}</td>' for label, text in (("a", when), ("b", "--"), ("c", "Die Sendung wurde abgeholt."))
    )
    body = (
        f'<html><body><div class="service-offer" data-piececode="00340000000000000001"></div><table><tr>{cells}</tr></table></body></html>'
    )
    (scan,) = CARRIER.parse(Raw(body=body.encode())).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at.local, scan.place) == ("picked_up", "2026-07-18T12:21:00", None)


def test_the_unified_answer_is_read_by_its_sentence_where_it_has_no_code() -> None:
    events = [
        {"statusCode": "transit", "status": "transit", "description": "The shipment has been loaded onto the delivery vehicle"},
        {"statusCode": "transit", "description": "Something new"},
        {"statusCode": "unknown", "description": "Something new"},
        {"statusCode": "beamed", "description": "The shipment has been successfully delivered"},
    ]
    body = {"shipments": [{"id": "00340000000000000001", "service": "parcel-de", "events": events}]}
    (tracking,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["loaded_for_delivery", "in_transit", "status_not_mapped", "unknown"]
