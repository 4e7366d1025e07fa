"""Nova Poshta: three spellings of a time, hand-overs, returns and what is no scan."""

import json
from datetime import UTC, datetime

import pytest

from doorstep.carriers.nova_poshta import CARRIER
from doorstep.carriers.nova_poshta.asking import ASKING
from doorstep.carriers.nova_poshta.codes import event_type_of
from doorstep.domain.plugins import Asked, Raw, Response
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError


def read(*documents, **answer):
    return CARRIER.parse(Raw(body=json.dumps({"success": True, "data": list(documents), **answer}).encode()))


def document(**fields):
    return read({"Number": "59001", **fields}).trackings[0]


@pytest.mark.parametrize(
    ("text", "local", "precision"),
    [
        ("2026-07-14 15:16:53", "2026-07-14T15:16:53", Precision.SECOND),
        ("14-07-2026 15:16:53", "2026-07-14T15:16:53", Precision.SECOND),
        ("15:16 14.07.2026", "2026-07-14T15:16:00", Precision.MINUTE),
    ],
)
def test_each_spelling_of_a_time_is_kyivs(text, local, precision):
    told = document(StatusCode="5", DateScan=text).checkpoints[0].occurred_at
    assert (told.local, told.offset, told.precision) == (local, "+03:00", precision)


@pytest.mark.parametrize("text", ["", "0000-00-00 00:00:00", "0001-01-01 00:00:00", "01.01.0001 00:00:00", None])
def test_an_unset_time_tells_nothing(text):
    assert document(StatusCode="5", TrackingUpdateDate=text, DateScan=text).checkpoints[0].occurred_at is None


def test_a_hand_over_has_its_own_time_and_receiver():
    told = document(
        StatusCode="9", RecipientDateTime="12.07.2026 09:30:04", TrackingUpdateDate="2026-07-12 10:00:00", RecipientFullName="SAMPLE"
    )
    assert (told.checkpoints[0].occurred_at.local, told.signed_by) == ("2026-07-12T09:30:04", "SAMPLE")
    assert document(StatusCode="5", RecipientFullName="SAMPLE").signed_by is None


def test_at_a_branch_the_recipient_fetches():
    assert event_type_of("9", "WarehouseWarehouse") == event_type_of("9", "DoorsPostomat") == "collected_by_recipient"
    assert (event_type_of("9", "WarehouseDoors"), event_type_of("9", "")) == ("delivered", "delivered")
    assert event_type_of("10", "WarehouseWarehouse") == "delivered_cod_collected"
    assert event_type_of("77", "") == "unknown"


def test_one_document_needs_no_list():
    document = {"Number": "59001", "StatusCode": "9", "Status": "Одержано"}
    answer = {"success": True, "data": document}
    told = CARRIER.parse(Raw(body=json.dumps(answer).encode()))
    assert told == CARRIER.parse(Raw(body=json.dumps(answer | {"data": [document]}).encode()))
    assert told.trackings[0].checkpoints[0].event_type == "delivered"


def test_an_unknown_number_is_a_note():
    told = read({"Number": "59009", "StatusCode": "3", "Status": "Немає"})
    assert (told.notes, told.trackings) == ((CarrierNote("3", "Немає", "59009"),), ())


def test_the_document_made_of_this_one_is_a_link():
    made = {"StatusCode": "103", "LastCreatedOnTheBasisNumber": "59003"}
    links = document(**made, LastCreatedOnTheBasisDocumentType="CargoReturn").links
    assert [(link.tracking_number, link.role) for link in links] == [("59003", "return")]
    assert document(**made, LastCreatedOnTheBasisDocumentType="Redirecting").links[0].role == "replaced_by"
    assert document(**made, LastCreatedOnTheBasisDocumentType="Other").links == ()


def test_a_plan_as_adjusted_holds_until_the_parcel_waits():
    planned = {"ScheduledDeliveryDate": "15-07-2026 12:00:00", "AdjustedDate": "2026-07-16 00:00:00"}
    (estimate,) = document(StatusCode="5", **planned).estimates
    assert (estimate.to_on.isoformat(), estimate.to_time) == ("2026-07-16", None)
    assert document(StatusCode="7", **planned).estimates == ()


def test_a_scan_is_at_the_side_its_status_speaks_of():
    sides = {"CitySender": "Львів", "CityRecipient": "Одеса"}
    assert document(StatusCode="4", **sides).checkpoints[0].place.city == "Львів"
    assert document(StatusCode="7", **sides).checkpoints[0].place.city == "Одеса"
    assert document(StatusCode="5", **sides).checkpoints[0].place is None


def test_errors_and_warnings_are_notes():
    told = read(success=False, errors=["Wrong key"], errorCodes=["20000200068"], warnings=[{"ID_59001": "Phone missing"}], warningCodes=[])
    assert told.notes == (CarrierNote("20000200068", "Wrong key"), CarrierNote("", "Phone missing", "59001"))


def test_the_same_answer_may_be_xml():
    body = (
        "<root><success>true</success><data><item><Number>59004</Number><StatusCode>8</StatusCode></item></data>"
        "<errors><item>Odd</item></errors></root>"
    )
    told = CARRIER.parse(Raw(body=body.encode()))
    assert (told.trackings[0].checkpoints[0].event_type, told.notes) == ("ready_for_pickup_locker", (CarrierNote("", "Odd"),))


@pytest.mark.parametrize("body", ["{}", "null", '{"success": true, "data": 1}', '{"success": true, "data": [{}]}', "<root/>"])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        CARRIER.parse(Raw(body=body.encode()))


def asked(numbers: list[str], *, status: int = 200, **answer):
    """Ask about numbers and be answered once; return the request and the answers."""
    flow = ASKING.ask([Asked(number) for number in numbers], {"api_key": "our-key"}, "", datetime(2026, 11, 22, 12, tzinfo=UTC))
    request = next(flow)
    try:
        flow.send(Response(status=status, body=json.dumps({"data": [], **answer}).encode()))
    except StopIteration as stop:
        return request, stop.value
    raise AssertionError("it asks again")


def test_the_question_names_each_document_and_keeps_the_key_out_of_the_address():
    request, answers = asked(["59001", "59002"], success=True)
    assert json.loads(request.body)["methodProperties"] == {"Documents": [{"DocumentNumber": "59001"}, {"DocumentNumber": "59002"}]}
    assert "our-key" not in request.url
    assert len(answers) == 1


def test_a_refused_key_is_the_merchants_to_mend():
    with pytest.raises(MisconfiguredError, match=r"20000200068.*refuses the API key"):
        asked(["59001"], success=False, errors=["API key expired"], errorCodes=["20000200068"])


def test_a_misspelt_number_is_at_fault_and_alone_it_becomes_a_note():
    said = {"success": False, "errors": ["Document number is not correct"], "errorCodes": ["20001401442"]}
    with pytest.raises(BadInputError):
        asked(["445", "59001"], **said)
    _, (answer,) = asked(["445"], **said)
    assert CARRIER.parse(Raw(body=answer.body)).notes == (CarrierNote("20001401442", "Document number is not correct"),)


@pytest.mark.parametrize("error", ["To many requests", "Service is unavailable"])
def test_any_other_failure_passes(error):
    with pytest.raises(TryLaterError) as caught:
        asked(["59001"], success=False, errors=[error])
    assert ("too many calls" in str(caught.value)) == ("many" in error)
