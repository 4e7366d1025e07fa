"""Any carrier by way of the merchant: JSON checkpoints through the API, codes read with the merchant's own table."""

from collections.abc import Callable, Mapping

from doorstep.carriers.code_table import check_table, read_code_table
from doorstep.carriers.generic.checkpoints import read_tracking
from doorstep.carriers.generic.labelling import LABELLING
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.tracking import Parsed

__all__ = ["CARRIER", "read_code_table", "with_code_table"]


def with_code_table(table: Mapping[str, str]) -> Callable[[Raw], Parsed]:
    """Make the `parse` that reads codes with this table; a code that is not in it stays "unknown".

    Raises:
        MisconfiguredError: an event type in the table does not exist.
    """
    check_table(table)

    def parse(raw: Raw) -> Parsed:
        """Read one tracking object or a list of them.

        Raises:
            BadInputError: a field is missing or wrong; the text names its path. Nothing else.
        """
        body = json_of(raw)
        if isinstance(body, list):
            return Parsed(tuple(read_tracking(item, f"[{at}]", table) for at, item in enumerate(body)))
        return Parsed((read_tracking(body, "", table),))

    return parse


def parse_with(raw: Raw, settings: Settings) -> Parsed:
    """Read with the connection's own table.

    Raises:
        BadInputError: a field is missing or wrong; the text names its path.
        MisconfiguredError: the table is none, or names an event type that does not exist.
    """
    return with_code_table(read_code_table(settings.get("code_table", "")))(raw)


CARRIER = Carrier(
    slug="generic",
    name="Any carrier (JSON)",
    parse=with_code_table({}),
    parse_with=parse_with,
    settings=(
        Setting(
            name="code_table",
            label="Your carrier's codes and our event types, as a JSON object",
            required=False,
            default="{}",
            example='{"PU01": "picked_up", "DL99": "delivered"}',
        ),
    ),
    aggregates=True,
    labelling=LABELLING,
)
