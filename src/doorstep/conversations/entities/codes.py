"""Text → the digits of a one-time code, where one was asked for."""

import re

from doorstep.conversations.entities.folding import Folded, fold
from doorstep.domain.talking.understood import Entity, EntityKind

#: As many digits as our codes have, in one piece or in two or three: "482913", "482 913", "48-29-13".
_CODE = re.compile(r"(?<![\w#])(?:\d{6}|\d{3}[ -]\d{3}|\d{2}[ -]\d{2}[ -]\d{2}|\d(?: \d){5})(?![\w])")


def code_in(text: str) -> Entity | None:
    """Find the code in an answer to our asking for one; None: there is none, or several. Ask only then: six digits may be an order, too."""
    folded: Folded = fold(text)
    found = list(_CODE.finditer(folded.plain))
    if len(found) != 1:
        return None
    digits = "".join(one for one in found[0][0] if one.isdigit())
    return folded.entity(EntityKind.CODE, found[0].start(), found[0].end(), value=digits)
