"""DHL Unified: the whole list of every division, sentences, the push and its token."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.carriers.dhl_universal import CARRIER
from doorstep.carriers.dhl_universal.codes import carrier_of, event_type_of
from doorstep.carriers.families.dhl_unified import Told
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

LIST = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "code_lists" / "dhl_group_status_by_division.csv"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
#: Statuses that say themselves that they say nothing.
WITHOUT_MEANING = {("svb", "AMBIGUOUS"), ("svb", "NO_INFO"), ("parcel-nl", "DIFFERENT_STATUSES"), ("ecommerce", "371")}


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def meaning(division, detail="", general="", text="", town=""):
    return event_type_of(Told(division, general, detail, text, town))


@pytest.mark.skipif(not LIST.is_file(), reason="../shared/data/carriers/code_lists is not here")
def test_every_status_of_every_division_is_mapped():
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["Service"], row["Status"]) for row in csv.DictReader(lines, delimiter=";")]
    assert len(rows) == 1092
    assert {row for row in rows if meaning(*row) == "unknown"} == WITHOUT_MEANING
    assert {meaning(*row) for row in rows} <= set(EVENT_TYPES)


def test_one_status_means_another_thing_in_another_division():
    assert meaning("ecommerce", "100") == "picked_up"
    assert meaning("ecommerce-europe", "100") == "unclaimed"
    assert meaning("express", "CC") == "ready_for_pickup"
    assert meaning("parcel-pl", "CC") == "exception"


def test_a_key_may_stand_where_the_general_word_belongs():
    assert meaning("express", general="WC") == "out_for_delivery"
    assert meaning("parcel-nl", general="not_home") == "attempt_failed_not_home"


def test_sentences_are_read_where_a_division_sends_nothing_else():
    assert meaning("express", text="Processed at MILAN - ITALY", town="MILAN - ITALY") == "facility_processed"
    assert meaning("parcel-de", general="transit", text="The shipment has been loaded onto the delivery vehicle") == "loaded_for_delivery"
    assert meaning("ecommerce", general="transit", text="Out for delivery") == "out_for_delivery"


def test_a_sentence_does_not_deliver_what_the_general_word_calls_under_way():
    assert meaning("parcel-de", general="transit", text="The shipment has been successfully delivered") == "in_transit"
    assert meaning("parcel-de", general="failure", text="Die Sendung wurde aus der PACKSTATION abgeholt.") == "exception"
    assert meaning("parcel-de", general="delivered", text="Die Sendung wurde aus der PACKSTATION abgeholt.") == "collected_by_recipient"
    assert meaning("parcel-de", text="The shipment has been successfully delivered") == "delivered"


def test_an_unknown_key_falls_back_on_the_general_word_and_no_further():
    assert meaning("parcel-uk", "X1", "transit") == "in_transit"
    assert meaning("parcel-uk", "X1", "elsewhere") == "unknown"
    assert meaning("freight", "99-9") == "unknown"


def test_a_contradiction_is_settled_for_the_general_word():
    assert meaning("express", "DELIVERED", "pre-transit", "JESSICA") == "order_data_received"


@pytest.mark.parametrize(
    ("division", "slug"),
    [
        ("express", "dhl_express"),
        ("parcel-nl", "dhl_nl"),
        ("ecommerce-europe", "dhl_ecommerce_europe"),
        ("", "dhl_universal"),
        ("--", "dhl_universal"),
    ],
)
def test_a_division_has_a_slug(division, slug):
    assert carrier_of(division) == slug


def test_an_express_area_gives_the_country_and_so_the_zone():
    event = {"timestamp": "2026-05-12T09:00:00", "location": {"address": {"addressLocality": "LEIPZIG - GERMANY"}}, "statusCode": "transit"}
    scan = read({"shipments": [{"id": "1", "service": "express", "events": [event]}]}).trackings[0].checkpoints[0]
    assert (scan.place.city, scan.place.country, scan.occurred_at.offset) == ("LEIPZIG", "DE", "+02:00")


def test_a_scan_without_a_place_is_at_home_where_both_ends_are():
    def offset(destination):
        ends = {"origin": {"address": {"countryCode": "DE"}}, "destination": {"address": {"countryCode": destination}}}
        event = {"timestamp": "2026-05-12T09:00:00", "statusCode": "transit"}
        return (
            read({"shipments": [{"id": "1", "service": "parcel-de", "events": [event], **ends}]})
            .trackings[0]
            .checkpoints[0]
            .occurred_at.offset
        )

    assert (offset("DE"), offset("AT")) == ("+02:00", None)


def test_a_push_brings_its_token():
    settings = {"push_token": "secret", "push_header": "X-Our-Token"}
    CARRIER.verify(Raw(body=b"{}", headers={"x-our-token": "secret"}), settings, NOW)
    with pytest.raises(BadSignatureError):
        CARRIER.verify(Raw(body=b"{}", headers={"x-our-token": "other"}), settings, NOW)
    with pytest.raises(MisconfiguredError):
        CARRIER.verify(Raw(body=b"{}"), {}, NOW)


def test_a_push_about_its_subscription_is_a_note_without_the_secret():
    told = {"scope": "subscription.activation", "note": "Confirm", "secret": "hidden"}
    assert read(told).notes == (CarrierNote("subscription.activation", "Confirm"),)
    failed = told | {"failure": {"title": "Not Found", "detail": "Nothing there", "status": 404}}
    assert read(failed).notes == (CarrierNote("404", "Nothing there"),)


def test_no_shipments_is_a_note():
    assert read({"shipments": []}).notes == (CarrierNote("", "no shipment found"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"shipments": [{}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


def test_a_piece_is_known_by_its_number_with_the_zeros_that_dhl_leaves_out():
    def links(*pieces):
        shipment = {"id": "00340434292135100186", "service": "parcel-de", "details": {"pieceIds": list(pieces)}}
        (tracking,) = read({"shipments": [shipment]}).trackings
        return [link.tracking_number for link in tracking.links]

    assert links("340434292135100186") == []
    assert links("340434292135100186", "340434292135100193", "00340434292135100209") == ["00340434292135100193", "00340434292135100209"]
    assert links("JD014600006281230704") == ["JD014600006281230704"]
