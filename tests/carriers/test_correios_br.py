"""Correios: what its lists say beyond the judged events."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import correios_br
from doorstep.carriers.correios_br import CARRIER
from doorstep.carriers.correios_br.codes import event_type_of, sends_back
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Scan
from doorstep.errors import BadInputError
from doorstep.timeline import fold

SAMPLES = Path(correios_br.__file__).parent / "samples"


def read(body: str | bytes):
    return CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def history(*events: tuple[str, str, str]):
    """Read a history of (type, status, day of July) as one object, newest first."""
    told = "".join(
        f"<evento><tipo>{kind}</tipo><status>{status}</status><data>{day}/07/2026</data><hora>10:00</hora><uf>SP</uf></evento>"
        for kind, status, day in reversed(events)
    )
    return read(f"<return><objeto><numero>QQ000000016BR</numero>{told}</objeto></return>").trackings[0].checkpoints


def status(checkpoints) -> str:
    return fold([Scan.of(checkpoint) for checkpoint in checkpoints], ()).status


def test_what_comes_after_the_announced_return_belongs_to_the_way_back():
    parsed = read((SAMPLES / "returned.xml").read_bytes())
    scans = parsed.trackings[0].checkpoints
    assert [(scan.event_type, scan.is_return) for scan in scans] == [
        ("returned_to_sender", True),
        ("return_out_for_delivery", True),
        ("facility_departure", True),
        ("refused", False),
        ("out_for_delivery", False),
        ("accepted", False),
    ]
    assert status(scans) == "returned"
    assert parsed.notes == (CarrierNote("", "Objeto não encontrado na base de dados dos Correios.", "QQ000000020BR"),)


def test_between_the_announcement_and_the_senders_door_it_is_returning():
    assert status(history(("PO", "01", "01"), ("OEC", "01", "02"), ("BDE", "21", "03"), ("RO", "01", "04"))) == "returning"


def test_a_tour_to_the_recipient_overtakes_an_announced_return():
    scans = history(("PO", "01", "01"), ("BDE", "21", "02"), ("RO", "01", "03"), ("OEC", "01", "04"), ("BDE", "01", "04"))
    assert not any(scan.is_return for scan in scans)
    assert status(scans) == "delivered"


def test_a_withdrawn_event_takes_back_the_one_before():
    scans = history(("OEC", "01", "02"), ("EST", "01", "03"))
    assert scans[0].event_type == "event_retracted"
    assert scans[0].retracts == ""
    assert scans[1].retracts is None


def test_the_state_gives_the_zone_and_a_divided_state_gives_none():
    scans = read((SAMPLES / "returned.xml").read_bytes()).trackings[0].checkpoints
    assert [scan.occurred_at.offset for scan in scans] == ["-03:00", "-03:00", None, None, None, "-03:00"]


def test_the_rest_answer_says_the_same_in_json():
    parsed = read((SAMPLES / "objects.json").read_bytes())
    tracking, waiting = parsed.trackings
    assert (waiting.checkpoints[0].event_type, waiting.pickup.name) == ("ready_for_pickup", "AC EXEMPLO")
    assert [scan.event_type for scan in tracking.checkpoints] == ["out_for_delivery", "accepted"]
    assert tracking.checkpoints[0].carrier_code == "OEC/01"
    assert tracking.estimates[0].to_on == date(2026, 7, 16)
    assert parsed.notes == (CarrierNote("SRO-020", "Objeto não encontrado na base de dados dos Correios.", "QQ000000047BR"),)


def test_the_three_delivery_lists_share_statuses_but_the_counter_hands_over():
    assert event_type_of("BDE", "01") == event_type_of("BDR", "1") == "delivered"
    assert event_type_of("BDI", "01") == "collected_by_recipient"
    assert event_type_of("BDE", "23") == event_type_of("BDI", "23") == "returned_to_sender"
    assert event_type_of("BDE", "99") == event_type_of("ZZ", "01") == event_type_of("", "") == event_type_of("OEC", "") == "unknown"
    assert sends_back("BDR", "04")
    assert not sends_back("BDE", "20")


def test_every_mapped_event_type_exists():
    kinds = [
        "BDE",
        "BDI",
        "BDR",
        "BLQ",
        "CAR",
        "CD",
        "CMR",
        "CMT",
        "CO",
        "CUN",
        "DO",
        "EST",
        "FC",
        "IDC",
        "LDE",
        "LDI",
        "OEC",
        "PAR",
        "PMT",
        "PO",
        "RO",
        "TRI",
    ]
    assert {event_type_of(kind, str(number)) for kind in kinds for number in range(100)} <= set(EVENT_TYPES)


def test_a_soap_fault_is_a_note():
    body = "<e:Envelope xmlns:e='x'><e:Body><e:Fault><faultcode>S:Server</faultcode><faultstring>Acesso negado</faultstring></e:Fault></e:Body></e:Envelope>"
    assert read(body).notes == (CarrierNote("S:Server", "Acesso negado"),)


@pytest.mark.parametrize("body", ["", "{}", "<a/>", '{"objetos": []}', '{"objetos": [{}]}', "<r><objeto><evento/></objeto></r>"])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)


NAMES = st.sampled_from(
    [
        "return",
        "objeto",
        "numero",
        "erro",
        "evento",
        "tipo",
        "status",
        "data",
        "hora",
        "descricao",
        "local",
        "codigo",
        "cidade",
        "uf",
        "recebedor",
        "error",
        "Fault",
        "faultcode",
    ]
)
VALUES = st.sampled_from(["", "BDE", "21", "01", "14/07/2026", "10:00", "SP", "01/01/0001", "31/12/9999", "x", "07000000"])
TREES = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, NAMES, VALUES),
    lambda inner: st.builds(lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", NAMES, st.lists(inner, max_size=6)),
)


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(body):
    try:
        parsed = read(body)
    except BadInputError:
        return
    assert parsed.trackings or parsed.notes
