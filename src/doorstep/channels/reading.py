"""What several channels read the same way: forms."""

from urllib.parse import parse_qsl

from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

#: A form beyond this many fields is not a provider's webhook.
_MOST_FIELDS = 1_000


def form_of(raw: Raw) -> list[tuple[str, str]]:
    """Decode a form body, in order, empty values kept.

    Raises:
        BadInputError: not UTF-8, or too many fields.
    """
    try:
        return parse_qsl(raw.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise BadInputError("the body is not a form") from error
