import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from doorstep.cli.reference import event_types_markdown
from doorstep.domain.event_types import EVENT_TYPES, EventType, arrived, before, door, moving, trouble
from doorstep.domain.vocabulary import Actor, Phase, Status

ROOT = Path(__file__).parents[2]
CANDIDATES = ROOT / "../shared/data/carriers/taxonomy_candidates.tsv"
ROWS = (*before.ROWS, *moving.ROWS, *door.ROWS, *arrived.ROWS, *trouble.ROWS)

#: As carriers write themselves: "oficina de correos" is any post office, "Correos" is one carrier.
CARRIER_NAMES = re.compile(
    r"\b(UPS|FedEx|USPS|DHL|GLS|DPD|Hermes|Evri|PostNL|Canada Post|Correos|Nova Post|AfterShip|EasyPost|Shippo|17TRACK|Amazon|InPost)\b"
)


def of_status(status: Status | None) -> list[EventType]:
    return [row for row in ROWS if row.status is status]


def slugs(rows: list[EventType]) -> set[str]:
    return {row.slug for row in rows}


def test_there_are_at_least_160_event_types():
    assert len(EVENT_TYPES) >= 160


def test_no_slug_stands_in_two_rows():
    assert [slug for slug, count in Counter(row.slug for row in ROWS).items() if count > 1] == []
    assert tuple(EVENT_TYPES.values()) == ROWS


def test_slugs_are_snake_case():
    assert [row.slug for row in ROWS if not re.fullmatch(r"[a-z]+(_[a-z]+)*", row.slug)] == []


@pytest.mark.parametrize("field", ["meaning", "en", "es"])
def test_every_sentence_is_its_own(field):
    counts = Counter(getattr(row, field).casefold() for row in ROWS)
    assert [text for text, count in counts.items() if count > 1] == []


def test_meanings_and_customers_sentences_are_not_the_same_words():
    assert slugs([row for row in ROWS if row.meaning == row.en]) == set()


@pytest.mark.parametrize("field", ["meaning", "en", "es"])
def test_every_sentence_is_one_clean_sentence(field):
    for row in ROWS:
        text = getattr(row, field)
        assert re.fullmatch(r"[A-ZÁÉÍÓÚÑ¿¡][^\n{}<>|%]{14,}[^.]\.", text), f"{row.slug}.{field}: {text}"
        assert "  " not in text, row.slug
        assert text.count(".") == 1, row.slug


@pytest.mark.parametrize("field", ["en", "es"])
def test_what_a_customer_reads_is_short(field):
    assert {row.slug: len(getattr(row, field)) for row in ROWS if len(getattr(row, field)) >= 140} == {}


@pytest.mark.parametrize("field", ["meaning", "en", "es"])
def test_no_sentence_names_a_carrier(field):
    assert {row.slug: getattr(row, field) for row in ROWS if CARRIER_NAMES.search(getattr(row, field))} == {}


def test_a_customer_who_must_act_is_told_what_to_do():
    asked = [row for row in ROWS if row.must_act is Actor.CUSTOMER]
    told = re.compile(r"\b(please|contact|must|more time|still waiting)\b", re.IGNORECASE)
    assert len(asked) > 20
    assert slugs([row for row in asked if not told.search(row.en)]) == set()


def test_every_phase_status_and_actor_is_used():
    assert {row.phase for row in ROWS} == set(Phase)
    # Status.UNKNOWN is what the fold says when nothing at all could be read; no event sets it.
    assert {row.status for row in ROWS} == {None, *Status} - {Status.UNKNOWN}
    assert {row.must_act for row in ROWS} == set(Actor)


def test_rows_of_one_phase_stand_together():
    order = [row.phase for row in ROWS]
    assert [phase for at, phase in enumerate(order) if at == 0 or order[at - 1] is not phase] == list(Phase)


@pytest.mark.parametrize(
    "status",
    [Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.FAILED_ATTEMPT, Status.RETURNING, Status.RETURNED],
)
def test_a_status_at_the_door_or_on_the_way_back_needs_the_goods(status):
    assert slugs([row for row in of_status(status) if not row.physical]) == set()


@pytest.mark.parametrize("status", [Status.PENDING, Status.INFO_RECEIVED, Status.CANCELLED])
def test_a_status_before_the_journey_needs_no_goods(status):
    assert slugs([row for row in of_status(status) if row.physical]) == set()


def test_what_leaves_the_status_alone_is_paper():
    assert slugs([row for row in of_status(None) if row.physical]) == set()


def test_only_a_piece_without_data_is_held_before_pickup():
    assert slugs([row for row in ROWS if row.phase is Phase.PRE and row.physical]) == {"parcel_without_data"}


def test_every_way_of_delivering_is_delivered():
    done = [row for row in ROWS if row.phase is Phase.DONE]
    assert {row.status for row in done if row.slug.startswith("delivered") and row.slug != "delivered_partial"} == {Status.DELIVERED}
    assert slugs(of_status(Status.DELIVERED)) - slugs(done) == {"collected_by_recipient"}


def test_what_was_delivered_in_part_is_not_delivered():
    assert EVENT_TYPES["delivered_partial"].status is Status.IN_TRANSIT


def test_each_failed_attempt_counts_and_only_attempts_do():
    assert {row.phase for row in of_status(Status.FAILED_ATTEMPT)} == {Phase.ATTEMPT}
    named = {row.slug for row in ROWS if "attempt_failed" in row.slug}
    assert named | {"notice_left"} == slugs(of_status(Status.FAILED_ATTEMPT))


def test_being_late_is_no_exception():
    late = [row for row in ROWS if re.search(r"(^|_)delay(ed)?(_|$)", row.slug) and row.phase is not Phase.PICKUP]
    assert len(late) >= 10
    assert {row.status for row in late} == {Status.IN_TRANSIT}


def test_what_is_held_is_an_exception_unless_the_recipient_wished_it():
    held = {row.slug: row.status for row in ROWS if re.search(r"(^|_)held(_|$)", row.slug)}
    assert held.pop("held_for_recipient") is Status.IN_TRANSIT
    assert set(held.values()) == {Status.EXCEPTION}


def test_an_exception_says_who_must_act():
    assert slugs([row for row in of_status(Status.EXCEPTION) if row.must_act is Actor.NOBODY]) == set()


def test_the_record_itself_moves_no_parcel():
    meta = [row for row in ROWS if row.phase is Phase.META]
    assert {row.status for row in meta} == {None, Status.PENDING}
    assert EVENT_TYPES["unknown"].status is None


def test_every_candidate_has_a_row_in_its_phase():
    if not CANDIDATES.exists():
        pytest.skip("../shared/data is not here: the list of candidates cannot be compared")
    with CANDIDATES.open(encoding="utf-8", newline="") as file:
        wanted = {line["candidate"]: line["phase"] for line in csv.DictReader(file, delimiter="\t")}
    assert {row.slug: row.phase.value for row in ROWS if row.slug != "unknown"} == wanted


def test_the_reference_page_is_what_the_code_says():
    page = ROOT / "docs/reference/event-types.md"
    assert page.read_text(encoding="utf-8") == event_types_markdown()


def test_the_reference_page_shows_every_event_type_once():
    page = event_types_markdown()
    assert {slug: page.count(f"\n| `{slug}` |") for slug in EVENT_TYPES} == dict.fromkeys(EVENT_TYPES, 1)
