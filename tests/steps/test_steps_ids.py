"""The names of messages: version 7 ids, from whose own clock the store knows the month."""

from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from doorstep.steps.message_ids import new_message_id
from doorstep.store.messages import month_of


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_an_id_is_a_version_7_uuid_of_its_moment(at: datetime) -> None:
    text = new_message_id(at.replace(tzinfo=UTC))
    made = UUID(text)
    assert str(made) == text
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(at.replace(tzinfo=UTC).timestamp() * 1000)
    assert month_of(made) == at.date().replace(day=1)


def test_ids_of_one_moment_differ() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({new_message_id(now) for _ in range(2000)}) == 2000
