"""DHL's waybills of several pieces, in each of its formats: one piece's delivery is not the shipment's."""

import json
import random
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import carriers, dhl_express
from doorstep.carriers.pieces import NAMELESS, claim, how_many, share_out
from doorstep.domain.plugins import Raw
from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Checkpoint, Parsed, Scan, Tie
from doorstep.domain.vocabulary import Status
from doorstep.timeline import fold_tied

ROOM = Path(dhl_express.__file__).parents[1]
WAYBILL = "1000000055"
PIECES = ["JD01", "JD02", "JD03"]
WHERE = {"address": {"countryCode": "DE", "addressLocality": "Leipzig"}}


def read(slug: str, body: bytes | dict[str, Any]) -> Parsed:
    return carriers()[slug].parse(Raw(body=body if isinstance(body, bytes) else json.dumps(body).encode()))


def sample(slug: str, name: str) -> Parsed:
    return read(slug, (ROOM / slug / "samples" / name).read_bytes())


def folded(*payloads: Parsed) -> Folded:
    """Fold what payloads say together, as the shipment's row would keep it."""
    trackings = [tracking for parsed in payloads for tracking in parsed.trackings]
    scans = {scan.fingerprint: scan for one in trackings for scan in map(Scan.of, one.checkpoints)}
    ties = [Tie(one.tracking_number, link.tracking_number, link.carrier, link.role) for one in trackings for link in one.links]
    return fold_tied(scans.values(), [estimate for one in trackings for estimate in one.estimates], ties=ties)


def stands(shipment: Folded) -> dict[str, Status]:
    return {piece.tracking_number: piece.status for piece in shipment.pieces}


def event(code: str, hour: int, *pieces: str) -> dict[str, Any]:
    general = "delivered" if code == "OK" else "transit"
    named = {"pieceIds": list(pieces)} if pieces else {}
    return {"timestamp": f"2026-03-05T{hour:02}:00:00", "statusCode": general, "status": code, "location": WHERE, **named}


def unified(*events: dict[str, Any], pieces: list[str] = PIECES, total: int | None = 3, service: str = "express") -> dict[str, Any]:
    details = {"pieceIds": pieces, **({"totalNumberOfPieces": total} if total is not None else {})}
    return {"shipments": [{"id": WAYBILL, "service": service, "details": details, "events": list(events)}]}


def mydhl(events: list[Any], *of_pieces: list[Any], total: int | None = None, plates: list[str] = PIECES) -> dict[str, Any]:
    pieces = [{"trackingNumber": plate, "events": of_it} for plate, of_it in zip(plates, of_pieces, strict=False)]
    told = {"shipmentTrackingNumber": WAYBILL, "events": events, "pieces": pieces}
    return {"shipments": [told | ({"numberOfPieces": total} if total else {})]}


def scan(code: str, hour: int, area: str = "LEJ") -> dict[str, Any]:
    return {"date": "2026-03-05", "time": f"{hour:02}:00:00", "typeCode": code, "serviceArea": [{"code": area}]}


both_readers = pytest.mark.parametrize("slug", ["dhl_express", "dhl_universal"])
PICKED_UP, OUT = event("PU", 1), event("WC", 8, *PIECES)


# -- the unified API ----------------------------------------------------------------------------------------------------------------


@both_readers
def test_one_of_three_pieces_delivered_delivers_that_piece_alone(slug: str) -> None:
    shipment = folded(read(slug, unified(PICKED_UP, OUT, event("OK", 10, "JD01"))))
    assert (shipment.status, shipment.delivered_at) == (Status.OUT_FOR_DELIVERY, None)
    assert stands(shipment) == {"JD01": Status.DELIVERED, "JD02": Status.OUT_FOR_DELIVERY, "JD03": Status.OUT_FOR_DELIVERY}


@both_readers
def test_pieces_delivered_one_by_one_deliver_the_shipment_with_the_last(slug: str) -> None:
    events = [event("OK", 10, "JD01"), event("OK", 12, "JD02", "JD03")]
    shipment = folded(read(slug, unified(PICKED_UP, OUT, *events)))
    assert shipment.status is Status.DELIVERED
    assert shipment.delivered_at is not None
    assert shipment.delivered_at.hour == 11  # 12:00 in Leipzig
    assert set(stands(shipment).values()) == {Status.DELIVERED}


@both_readers
@pytest.mark.parametrize("named", [(), ("JD03", "JD01", "JD02")])
def test_a_delivery_that_names_every_piece_or_none_is_the_shipments(slug: str, named: tuple[str, ...]) -> None:
    lagging = event("MS", 5, "JD02")
    parsed = read(slug, unified(PICKED_UP, lagging, OUT, event("OK", 10, *named)))
    assert [one.tracking_number for one in parsed.trackings] == [WAYBILL, "JD02"]
    assert folded(parsed).status is Status.DELIVERED


@both_readers
def test_a_lagging_piece_is_behind_alone(slug: str) -> None:
    shipment = folded(read(slug, unified(PICKED_UP, event("WC", 8, "JD01", "JD03"), event("MS", 9, "JD02"))))
    assert stands(shipment)["JD02"] not in {Status.OUT_FOR_DELIVERY, Status.DELIVERED}
    assert {stands(shipment)[piece] for piece in ("JD01", "JD03")} == {Status.OUT_FOR_DELIVERY}


@both_readers
@pytest.mark.parametrize("turn", list(permutations(range(4))))
def test_events_fold_the_same_in_whatever_order_and_payload_they_come(slug: str, turn: tuple[int, ...]) -> None:
    events = [PICKED_UP, event("OK", 10, "JD02"), event("WC", 8, "JD03", "JD01"), event("OK", 11, "JD03")]
    whole = folded(read(slug, unified(*events)))
    apart = folded(*(read(slug, unified(events[place])) for place in turn))
    assert whole.status is Status.OUT_FOR_DELIVERY
    assert (apart.status, stands(apart), set(apart.counted)) == (whole.status, stands(whole), set(whole.counted))


@both_readers
def test_a_waybill_that_was_told_before_its_pieces_were_is_delivered_with_them(slug: str) -> None:
    announced = read(slug, unified(event("SD", 0), pieces=[], total=None))
    later = read(slug, unified(event("OK", 9, "JD01"), event("OK", 10, "JD02"), event("OK", 11, "JD03")))
    assert folded(announced, later).status is Status.DELIVERED


@both_readers
def test_where_not_every_piece_is_listed_a_piece_delivers_nothing(slug: str) -> None:
    some = read(slug, unified(PICKED_UP, OUT, event("OK", 10, "JD01"), event("RT", 11, "JD01"), pieces=["JD01"], total=5))
    assert [one.tracking_number for one in some.trackings] == [WAYBILL]
    assert folded(some).status is Status.OUT_FOR_DELIVERY
    listed = read(slug, unified(PICKED_UP, OUT, event("OK", 10, *PIECES)))
    assert folded(some, listed).status is Status.DELIVERED


@both_readers
def test_a_single_piece_is_told_under_the_waybill(slug: str) -> None:
    parsed = read(slug, unified(PICKED_UP, event("OK", 10, "JD01"), pieces=["JD01"], total=1))
    assert [one.tracking_number for one in parsed.trackings] == [WAYBILL]
    shipment = folded(parsed)
    assert (shipment.status, shipment.pieces) == (Status.DELIVERED, ())


@both_readers
def test_an_estimate_stands_until_every_piece_is_there(slug: str) -> None:
    def estimates(*events: dict[str, Any]) -> int:
        told = unified(PICKED_UP, *events)
        told["shipments"][0]["estimatedTimeOfDelivery"] = "2026-03-06T18:00:00"
        return len(read(slug, told).trackings[0].estimates)

    assert estimates(event("OK", 10, "JD01")) == 1
    assert estimates(event("OK", 10, "JD01"), event("OK", 11, "JD02", "JD03")) == 0
    assert estimates(event("OK", 10)) == 0


def test_a_shipment_of_several_pieces_is_one_leg_of_the_waybill() -> None:
    shipment = folded(read("dhl_express", unified(PICKED_UP, event("WC", 8, "JD02"), event("OK", 10, "JD01"))))
    assert [(leg.tracking_number, leg.first_at and leg.first_at.hour, leg.last_at and leg.last_at.hour) for leg in shipment.legs] == [
        (WAYBILL, 0, 9)
    ]


def test_a_shop_parcel_is_one_of_its_siblings_and_stays_it() -> None:
    shipment = unified(event("PU", 1), pieces=["JD02"], total=None, service="parcel-de")
    (tracking,) = read("dhl_universal", shipment).trackings
    assert [link.role for link in tracking.links] == ["parcel"]


# -- MyDHL API, XML Services, the page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["mydhl", "dhl_express"])
def test_an_event_that_a_piece_tells_too_is_that_pieces(slug: str) -> None:
    shipment = folded(read(slug, mydhl([scan("OK", 10), scan("PU", 1)], [scan("OK", 10)], [scan("WC", 9)], [])))
    assert shipment.status is not Status.DELIVERED
    assert stands(shipment) == {"JD01": Status.DELIVERED, "JD02": Status.OUT_FOR_DELIVERY, "JD03": Status.IN_TRANSIT}


def test_an_end_that_only_some_pieces_tell_for_themselves_is_not_the_shipments() -> None:
    told = read("mydhl", mydhl([scan("OK", 11), scan("PU", 1)], [scan("OK", 10)], [scan("WC", 9)], []))
    assert folded(told).status is not Status.DELIVERED


def test_an_end_that_no_piece_tells_is_the_shipments() -> None:
    told = read("mydhl", mydhl([scan("OK", 11), scan("PU", 1)], [scan("PL", 4)], [], []))
    assert folded(told).status is Status.DELIVERED


def test_a_shipment_is_delivered_when_each_piece_tells_so() -> None:
    told = read("mydhl", mydhl([scan("PU", 1)], [scan("OK", 10)], [scan("OK", 11)], [scan("OK", 10)]))
    assert folded(told).status is Status.DELIVERED
    assert told.trackings[0].estimates == ()


def test_pieces_without_numbers_deliver_nothing_one_by_one() -> None:
    told = read("mydhl", mydhl([scan("PU", 1)], [scan("OK", 10)], [scan("WC", 9)], plates=["", ""]))
    assert [one.tracking_number for one in told.trackings] == [WAYBILL]
    assert folded(told).status is Status.OUT_FOR_DELIVERY


def test_more_pieces_than_are_told_hold_delivery_back() -> None:
    told = read("mydhl", mydhl([scan("PU", 1)], [scan("OK", 10)], total=2))
    assert folded(told).status is Status.IN_TRANSIT


@pytest.mark.parametrize(
    ("slug", "name", "delivered", "behind"),
    [
        ("dhl_express", "pieces.json", {"JD000000000000000055"}, {"JD000000000000000062", "JD000000000000000079"}),
        ("dhl_universal", "pieces.json", {"JD010000000000000055"}, {"JD010000000000000062", "JD010000000000000079"}),
        ("dhl_express", "pieces.xml", {"JD020000000000000017"}, {"JD020000000000000024"}),
        ("dhl_express", "pieces_page.json", {"JD000000000000000093"}, {"JD000000000000000086"}),
        ("mydhl", "pieces.json", {"JD010000000000000024"}, {"JD010000000000000031", "JD010000000000000048"}),
    ],
)
def test_a_sample_of_several_pieces_is_delivered_in_part(slug: str, name: str, delivered: set[str], behind: set[str]) -> None:
    parsed = sample(slug, name)
    shipment = folded(parsed)
    assert shipment.status is not Status.DELIVERED
    assert {piece for piece, status in stands(shipment).items() if status is Status.DELIVERED} == delivered
    assert {piece for piece, status in stands(shipment).items() if status is not Status.DELIVERED} == behind
    assert parsed.trackings[0].signed_by is None


def test_the_page_counts_pieces_where_it_names_none() -> None:
    def page(pieces: int) -> dict[str, Any]:
        delivered = {"description": "Delivered", "date": "Friday, March 06, 2026", "time": "14:23", "location": "", "totalPieces": pieces}
        return {"results": [{"id": WAYBILL, "pieces": {"value": 2, "pIds": PIECES[:2]}, "checkpoints": [delivered]}]}

    assert folded(read("dhl_express", page(1))).status is not Status.DELIVERED
    assert folded(read("dhl_express", page(2))).status is Status.DELIVERED


# -- sharing out ------------------------------------------------------------------------------------------------------------------------


def point(event_type: str) -> Checkpoint:
    return Checkpoint(
        event_type=event_type, occurred_at=None, carrier="dhl_express", carrier_code="OK", carrier_text="", tracking_number=WAYBILL
    )


def test_of_more_pieces_than_can_be_followed_only_what_befell_all_ends_the_whole() -> None:
    many = [f"JD{number:04}" for number in range(201)]
    some = share_out(WAYBILL, [(point("delivered"), many[:-1])], listed=many)
    assert ([scan.event_type for scan in some.whole], some.pieces, some.over) == (["informational"], {}, False)
    assert share_out(WAYBILL, [(point("delivered"), many)], listed=many).over


def test_a_number_that_is_one_of_the_pieces_keeps_its_own_events() -> None:
    shared = share_out(WAYBILL, [(point("delivered"), [WAYBILL]), (point("picked_up"), ["JD02"])], listed=[WAYBILL, "JD02"])
    assert [scan.event_type for scan in shared.whole] == ["delivered"]
    assert [(piece, [scan.tracking_number for scan in of_it]) for piece, of_it in shared.pieces.items()] == [("JD02", ["JD02"])]
    assert [(link.tracking_number, link.role) for link in shared.links] == [("JD02", "parcel")]


def test_pieces_that_only_events_name_are_told_apart_as_there_may_be_more() -> None:
    shared = share_out(WAYBILL, [(point("delivered"), ["JD01"])])
    assert (shared.whole, list(shared.pieces)) == ((), ["JD01"])


@pytest.mark.parametrize(("told", "count"), [("3", 3), (3, 3), ("", 0), (None, 0), ("x", 0), (-1, 0), (2.5, 0), ("9" * 5000, 0), ([], 0)])
def test_a_number_of_pieces_is_read_or_untold(told: Any, count: int) -> None:
    assert how_many(told) == count


def test_an_event_is_told_once_with_all_the_pieces_that_tell_it() -> None:
    found = claim(["a", "b"], [("P", ["b", "c"]), ("Q", ["c"]), ("", ["d"])], str, lambda event: event == "a", 3)
    assert found == [("a", []), ("b", ["P"]), ("c", ["P", "Q"]), ("d", [NAMELESS])]


ENDING = st.sampled_from(["OK", "WC", "PU", "RT", "OH", "PL"])


@given(st.lists(st.tuples(ENDING, st.integers(0, 23), st.lists(st.sampled_from(PIECES), unique=True)), max_size=8), st.randoms())
def test_no_shipment_is_delivered_before_each_piece_was_named_in_a_delivery(told: list[Any], chance: random.Random) -> None:
    events = [event(code, hour, *pieces) for code, hour, pieces in told]
    chance.shuffle(events)
    shipment = folded(read("dhl_express", unified(*events)))
    delivered = [set(pieces) or set(PIECES) for code, _, pieces in told if code == "OK"]
    assert shipment.status is not Status.DELIVERED or set().union(*delivered) == set(PIECES)
