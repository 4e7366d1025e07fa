"""`doorstep normalise` over a carrier of our own making, installed as an entry point would be."""

import json
from datetime import date, datetime

import pytest

from doorstep import carriers
from doorstep.carriers.reading import json_of
from doorstep.cli.normalise import normalise
from doorstep.domain.places import Place
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource


def parse(raw: Raw) -> Parsed:
    """Read {"trackings": [[number, [[event, local, offset, place], ...]], ...], "note": text}."""
    tree = json_of(raw)
    notes = (CarrierNote("E404", tree["note"]),) if "note" in tree else ()
    return Parsed(tuple(tracking(number, scans, tree.get("back", False)) for number, scans in tree["trackings"]), notes)


def tracking(number, scans, back):
    return Tracking(
        tracking_number=number,
        carrier="acme",
        checkpoints=tuple(checkpoint(number, *scan) for scan in scans),
        estimates=(Estimate(from_on=date(2026, 3, 5), to_on=date(2026, 3, 6), to_time="18:00"),),
        is_return=back,
    )


def checkpoint(number, event_type, local, offset, city):
    stamp = None
    if local:
        precision = Precision.SECOND if "T" in local else Precision.DATE
        assert datetime.fromisoformat(local)
        stamp = OccurredAt(local, offset, ZoneSource.SENT if offset else ZoneSource.ASSUMED, precision)
    return Checkpoint(
        event_type=event_type,
        occurred_at=stamp,
        place=Place(city=city) if city else Place(),
        carrier="acme",
        carrier_code=event_type.upper(),
        carrier_text=f"Said {event_type}",
        tracking_number=number,
    )


@pytest.fixture(autouse=True)
def acme(monkeypatch):
    monkeypatch.setattr(carriers, "carriers", lambda: {"acme": Carrier(slug="acme", name="Acme", parse=parse)})


@pytest.fixture
def file(tmp_path):
    def write(name, tree):
        path = tmp_path / name
        path.write_bytes(tree if isinstance(tree, bytes) else json.dumps(tree).encode())
        return path

    return write


def printed(capsys):
    out, err = capsys.readouterr()
    return [json.loads(line) for line in out.splitlines()], err


def test_one_line_per_checkpoint_in_the_payloads_order(file, capsys):
    path = file("a.json", {"trackings": [["N1", [["delivered", "2026-03-03T13:00:00", "+01:00", "Graz"], ["unknown", None, None, None]]]]})
    assert normalise([path], carrier="acme") == 0
    lines, err = printed(capsys)
    assert err == ""
    assert list(lines[0])[:7] == ["event_type", "phase", "occurred_at", "place", "carrier_code", "carrier_text", "tracking_number"]
    assert lines[0]["phase"] == "done"
    assert lines[0]["occurred_at"] == {"local": "2026-03-03T13:00:00", "offset": "+01:00", "zone_source": "sent", "precision": "second"}
    assert lines[0]["place"] == {"city": "Graz"}
    assert (lines[1]["event_type"], lines[1]["occurred_at"], lines[1]["place"]) == ("unknown", None, None)


@pytest.mark.parametrize(
    ("local", "offset", "since"),
    [
        ("2026-03-03T13:00:00", "+01:00", "2026-03-03T12:00:00Z"),
        ("2026-03-03T13:00:00", None, "2026-03-03T13:00:00"),
        ("2026-03-03", "+01:00", "2026-03-03"),
        (None, None, None),
    ],
)
def test_the_status_is_dated_as_finely_as_the_carrier_did_and_never_more(file, capsys, local, offset, since):
    path = file("a.json", {"trackings": [["N1", [["delivered", local, offset, None]]]]})
    assert normalise([path], carrier="acme", status=True) == 0
    (line,), _ = printed(capsys)
    assert line == {
        "tracking_number": "N1",
        "carrier": "acme",
        "status": "delivered",
        "status_since": since,
        "direction": "outbound",
        "estimate": None,
        "open_pitfalls": [],
    }


def test_a_status_line_tells_estimate_and_problems(file, capsys):
    scans = [["picked_up", "2026-03-01T18:00:00", "+01:00", None], ["customs_duties_due", "2026-03-02T10:00:00", None, None]]
    assert normalise([file("a.json", {"trackings": [["N1", scans], ["N2", []]]})], carrier="acme", status=True) == 0
    (line, empty), _ = printed(capsys)
    assert line["open_pitfalls"] == [{"kind": "duties_due", "since": "2026-03-02T10:00:00", "must_act": "customer"}]
    assert (line["estimate"]["from"], line["estimate"]["to"], line["estimate"]["source"]) == ("2026-03-05", "2026-03-06T18:00", "carrier")
    assert (empty["tracking_number"], empty["status"], empty["status_since"]) == ("N2", "pending", None)


def test_a_number_that_is_a_return_is_told_as_one(file, capsys):
    path = file("a.json", {"back": True, "trackings": [["N1", [["delivered", "2026-03-03", None, None]]]]})
    assert normalise([path], carrier="acme", status=True) == 0
    (line,), _ = printed(capsys)
    assert (line["status"], line["direction"]) == ("returned", "return")


def test_a_bad_file_is_named_and_the_next_one_read(file, tmp_path, capsys):
    bad, good = file("bad.json", b"<html"), file("good.json", {"trackings": [["N1", []]]})
    assert normalise([bad, tmp_path / "none.json", good], carrier="acme", status=True) == 1
    lines, err = printed(capsys)
    assert [line["tracking_number"] for line in lines] == ["N1"]
    first, second = err.splitlines()
    assert first.startswith(f"{bad}: the body is not JSON")
    assert second == f"{tmp_path / 'none.json'}: No such file or directory"


def test_a_carriers_note_is_no_failure(file, capsys):
    path = file("a.json", {"trackings": [], "note": "number\nnot found"})
    assert normalise([path], carrier="acme") == 0
    lines, err = printed(capsys)
    assert (lines, err) == ([], f"{path}: E404 number not found\n")


def test_an_unknown_carrier_is_told_with_those_there_are(file, capsys):
    assert normalise([file("a.json", {})], carrier="nobody") == 2
    assert "there are: acme" in capsys.readouterr().err
