"""A case → the JSON by which the merchant's own systems hear of it: the same fields as the API shows, and who made the moment."""

from typing import Any

from doorstep.domain.actions.cases import Case


def case_document(case: Case, actor: str = "") -> dict[str, Any]:
    """Lay a case out; `actor` is who made what is told, "" untold."""
    own = {name: getattr(case, name) for name in Case.__struct_fields__}
    return {"id": str(case.case_id), "order": str(case.order_id), "actor": actor, **own}
