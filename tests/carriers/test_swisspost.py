"""Swiss Post: places, numbers in Switzerland, pages that changed."""

from pathlib import Path

import pytest

from doorstep.carriers import swisspost
from doorstep.carriers.swisspost import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

PAGE = (Path(swisspost.__file__).parent / "samples" / "page.html").read_bytes()


def read(body):
    return CARRIER.parse(Raw(body=body))


def test_a_page_saved_in_utf_8_is_read_as_such():
    place = read(PAGE).trackings[0].checkpoints[0].place
    assert (place.postcode, place.city, place.country) == ("8010", "Zürich 1", "CH")
    old = read(PAGE.decode().encode("latin-1")).trackings[0].checkpoints[0].place
    assert old.city == "Zürich 1"


def test_the_clock_is_that_of_switzerland():
    assert [scan.occurred_at.offset for scan in read(PAGE).trackings[0].checkpoints] == ["+01:00", "+01:00"]


def test_the_number_in_switzerland_is_linked():
    assert [link.tracking_number for link in read(PAGE).trackings[0].links] == ["98.00.000000.00000001"]


def test_a_number_that_is_not_found_is_told():
    parsed = read(b"<html><ul><li class='notFoundTitle'><strong>RB 1</strong></li></ul></html>")
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("not_found", "RB1")]
    assert parsed.trackings[0].checkpoints == ()


@pytest.mark.parametrize("body", [b"<html><p>Hello</p></html>", b"<ul><li><span class='shipmentNumber'>RB1</span></li></ul>", b""])
def test_a_page_that_changed_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
