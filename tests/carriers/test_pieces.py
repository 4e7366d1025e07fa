"""Shipments of several pieces told by carriers other than DHL: one piece's delivery is not the shipment's."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from test_dhl_pieces import folded, point, read, stands
from test_edifact_iftsta import interchange as iftsta
from test_x12_214 import interchange as report

from doorstep.carriers.pieces import share_out
from doorstep.carriers.reading import ends_journey
from doorstep.domain.tracking import Parsed
from doorstep.domain.vocabulary import Status

PAYLOADS = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "payloads"


def allied(*scans: tuple[str, str, int], slug: str = "allied_express") -> Parsed:
    rows = [
        {"consignmentNote": "A1", "scannedBarcode": code, "scannedStatus": said, "scannnedTimestamp": f"2026-07-07T{hour:02}:00:00+10:00"}
        for code, said, hour in scans
    ]
    return read(slug, {"Body": {"getShipmentsStatusResponse": {"result": {"statusBarcodesList": rows}}}})


def smartkargo(*events: tuple[str, str, int]) -> Parsed:
    rows = [
        {
            "eventType": code,
            "airWaybill": "A1",
            "packageReference": "P7",
            "pieceReference": piece,
            "eventDate": f"2026-07-07T{hour:02}:00:00",
        }
        for piece, code, hour in events
    ]
    return read("smartkargo", json.dumps(rows).encode())


def nationex(*statuses: str, parcels: dict[int, str], total: int | None = None, missed: tuple[int, ...] = ()) -> Parsed:
    history = [{"ProcessedDate": "2026-07-08 13:31:00", "ExceptionId": 5, "CityDepot": "Quebec"}]
    told = [{"ShipmentStatus": status, "StatusDate": f"2026-07-{day:02}T14:00:00Z"} for day, status in enumerate(statuses, 6)]
    named = [{"ParcelId": number, "Status": status, "History": history if number in missed else []} for number, status in parcels.items()]
    return read("nationex", {"ShipmentId": 9, "TotalParcels": total, "StatusHistories": told, "Parcels": named})


def dicom(*activities: tuple[str | None, str, int], lines: tuple[int, ...] = (3,)) -> Parsed:
    rows = [
        {"status": said, "activityDate": f"2026-07-07T{hour:02}:00:00Z", **({"parcelId": parcel} if parcel else {})}
        for parcel, said, hour in activities
    ]
    parcels = [{"id": str(at), "quantity": str(count)} for at, count in enumerate(lines, 1)]
    return read("dicom", {"trackingNumber": "W1", "activities": rows, "parcels": parcels})


# -- each carrier --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["allied_express", "allied_express_local"])
def test_a_consignment_of_allied_is_delivered_with_its_last_barcode(slug: str) -> None:
    first = allied(("A1-001", "IN TRANSIT TO PERTH", 8), ("A1-002", "Freight has been delivered", 9), slug=slug)
    assert folded(first).status is Status.IN_TRANSIT
    assert stands(folded(first)) == {"A1-001": Status.IN_TRANSIT, "A1-002": Status.DELIVERED}
    rest = allied(("A1-001", "Freight has been delivered", 15), slug=slug)
    for payloads in permutations([first, rest]):
        assert (folded(*payloads).status, folded(*payloads).open_pitfalls) == (Status.DELIVERED, ())


def test_a_consignment_of_allied_scanned_itself_is_there_with_all_its_pieces() -> None:
    assert (
        folded(allied(("A1-001", "CARD LEFT", 8), ("A1-002", "CARD LEFT", 8), ("A1", "Freight has been delivered", 15))).status
        is Status.DELIVERED
    )


def test_a_waybill_of_smartkargo_is_delivered_with_its_last_piece() -> None:
    pushed = [smartkargo((piece, code, hour)) for piece, code, hour in [("P7-001", "BKD", 1), ("P7-002", "DDL", 9), ("P7-001", "DDL", 10)]]
    for payloads in permutations(pushed[:2]):
        assert folded(*payloads).status is Status.INFO_RECEIVED
        assert stands(folded(*payloads)) == {"P7-001": Status.INFO_RECEIVED, "P7-002": Status.DELIVERED}
    for payloads in permutations(pushed):
        assert folded(*payloads).status is Status.DELIVERED


def test_a_shipment_of_nationex_is_there_when_it_says_so_unless_only_some_parcels_do() -> None:
    assert folded(nationex("Transit", "Delivered", parcels={91: "Transit", 92: "Transit"})).status is Status.DELIVERED
    assert folded(nationex("Transit", "Delivered", parcels={91: "Delivered", 92: "Delivered"}, missed=(91,))).status is Status.DELIVERED
    some = nationex("Transit", "Delivered", parcels={91: "Delivered", 92: "OnHold"})
    assert folded(some).status is Status.IN_TRANSIT
    assert folded(some, nationex("Transit", "Delivered", parcels={91: "Delivered", 92: "Delivered"})).status is Status.DELIVERED
    assert folded(nationex("Transit", "Delivered", parcels={91: "Delivered"}, total=2)).status is Status.IN_TRANSIT


def test_what_befell_a_parcel_of_nationex_befell_that_parcel() -> None:
    told = nationex("Transit", parcels={91: "Transit", 92: "Transit"}, missed=(92,))
    assert stands(folded(told)) == {"91": Status.IN_TRANSIT, "92": Status.FAILED_ATTEMPT}
    assert folded(told).attempts == 1


def test_a_shipment_of_dicom_is_delivered_with_its_last_parcel() -> None:
    one = dicom((None, "In Transit", 8), ("2", "Delivered", 9))
    assert (folded(one).status, stands(folded(one))) == (
        Status.IN_TRANSIT,
        {"W1-1": Status.IN_TRANSIT, "W1-2": Status.DELIVERED, "W1-3": Status.IN_TRANSIT},
    )
    every = dicom((None, "In Transit", 8), *((parcel, "Delivered", 9) for parcel in "213"), lines=(1, 2))
    assert folded(one, every).status is Status.DELIVERED


def test_parcels_of_dicom_under_other_ids_than_their_count_deliver_nothing_until_all_have_one() -> None:
    some = dicom((None, "In Transit", 8), ("71", "Delivered", 9))
    assert ([one.tracking_number for one in some.trackings], folded(some).status) == (["W1"], Status.IN_TRANSIT)
    assert folded(some, dicom(*((parcel, "Delivered", 9) for parcel in ("71", "72", "73")))).status is Status.DELIVERED


@pytest.mark.parametrize("activity", [(None, "Delivered", 9), ("2", "Delivered", 9)])
def test_a_single_parcel_of_dicom_is_the_shipment(activity: Any) -> None:
    [whole] = dicom(activity, lines=(1,)).trackings
    assert (len(whole.checkpoints), whole.links) == (1, ())


def test_a_consignment_told_piece_by_piece_in_messages_of_edifact_is_delivered_with_the_last() -> None:
    messages = [
        read("edifact_iftsta", iftsta("CNI+1+C1", f"STS+1+{status}", f"DTM+334:20261120{hour}30:203", f"GIN+BJ+34000000000000000{piece}"))
        for piece, status, hour in [(1, "31", "08"), (2, "31", "08"), (1, "21", "15"), (2, "21", "16")]
    ]
    assert stands(folded(*messages[:3])) == {"340000000000000001": Status.DELIVERED, "340000000000000002": Status.IN_TRANSIT}
    assert folded(*messages[:3]).status is Status.IN_TRANSIT
    assert folded(*messages).status is Status.DELIVERED
    whole = read("edifact_iftsta", iftsta("CNI+1+C1", "STS+1+21", "DTM+334:202611201630:203"))
    assert folded(*messages[:2], whole).status is Status.DELIVERED


def test_a_shipment_told_package_by_package_in_reports_of_x12_is_delivered_with_the_last() -> None:
    reports = [
        read("x12_214", report("B10*P1*S1*ODFL", "LX*1", f"AT7*{status}*NS***20261120*{hour}00", f"MAN*CP*K{package}"))
        for package, status, hour in [(1, "X6", "08"), (2, "X6", "08"), (1, "D1", "15"), (2, "D1", "16")]
    ]
    assert stands(folded(*reports[:3])) == {"K1": Status.DELIVERED, "K2": Status.IN_TRANSIT}
    assert (folded(*reports[:3]).status, folded(*reports).status) == (Status.IN_TRANSIT, Status.DELIVERED)


def lasership(first: str, second: str, *events: str) -> Parsed:
    pieces = [{"TrackingNumber": "LX1", "EventType": first}, {"TrackingNumber": "LX2", "EventType": second}]
    told = [{"EventType": kind, "DateTime": f"2026-07-14T{hour:02}:00:00"} for hour, kind in enumerate(events, 7)]
    return read("lasership", {"OrderNumber": "7", "Pieces": pieces, "Events": told})


def test_the_end_in_an_order_of_lasership_is_that_of_the_pieces_that_say_so() -> None:
    some = lasership("Released", "OutForDelivery", "OutForDelivery", "Released")
    assert stands(folded(some)) == {"LX1": Status.DELIVERED, "LX2": Status.OUT_FOR_DELIVERY}
    assert folded(some, lasership("Released", "Delivered", "OutForDelivery", "Released", "Delivered")).status is Status.DELIVERED
    assert folded(lasership("", "", "OutForDelivery", "Released")).status is Status.DELIVERED


# -- real payloads -------------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="../shared/data/carriers/payloads is not here")
@pytest.mark.parametrize(
    ("slug", "name", "status", "pieces"),
    [
        ("smartkargo", "smartkargo__06.json", Status.INFO_RECEIVED, {"YOGI045-001": Status.INFO_RECEIVED, "YOGI045-002": Status.DELIVERED}),
        ("smartkargo", "smartkargo__04.json", Status.IN_TRANSIT, {}),
        ("dicom", "dicom__01.json", Status.PENDING, {"W1234567-1": Status.PENDING, "W1234567-2": Status.DELIVERED, "W1234567-3": Status.PENDING}),
        ("dicom", "dicom__03.json", Status.DELIVERED, {}),
        ("allied_express", "allied_express__01.json", Status.IN_TRANSIT, {}),
        ("allied_express", "allied_express__02.json", Status.DELIVERED, {}),
        ("nationex", "nationex__01.json", Status.FAILED_ATTEMPT, {}),
        ("lasership", "lasership__02.json", Status.DELIVERED, {}),
    ],
)  # fmt: skip
def test_a_real_payload_is_delivered_when_all_of_it_is(slug: str, name: str, status: Status, pieces: dict[str, Status]) -> None:
    shipment = folded(read(slug, (PAYLOADS / name).read_bytes()))
    assert (shipment.status, stands(shipment)) == (status, pieces)


# -- sharing out ---------------------------------------------------------------------------------------------------------------------


def test_a_delivery_in_part_is_said_of_the_whole_whatever_pieces_it_names() -> None:
    shared = share_out("W1", [(point("delivered_partial"), ["P1"]), (point("delivered"), ["P1"])], listed=["P1", "P2"])
    assert [scan.event_type for scan in shared.whole] == ["delivered_partial"]
    assert {piece: [scan.event_type for scan in of_it] for piece, of_it in shared.pieces.items()} == {"P1": ["delivered"]}
    assert not shared.over


def test_after_a_delivery_in_part_the_rest_is_still_expected() -> None:
    assert ends_journey("delivered")
    assert ends_journey("collected_by_recipient")
    assert ends_journey("returned_to_sender")
    assert not ends_journey("delivered_partial")
