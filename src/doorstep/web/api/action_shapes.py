"""What customers may ask for, what it would do, and the cases it opens → what the API takes and shows of them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.declared import DECLARATIONS, Declaration
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseState, Outside, Weight
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Concern
from doorstep.domain.actions.shapes import schema_of
from doorstep.domain.money import Money
from doorstep.errors import BadInputError
from doorstep.steps.deciding_cases import seen_of
from doorstep.store.cases import CaseEvent, KeptCase
from doorstep.web.api.shapes import Id, Next


class BehalfForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer for whom your system asks, as it knows them; only their own orders can be acted on then."""

    email: Annotated[str, Meta(max_length=400)] = ""
    phone: Annotated[str, Meta(max_length=40, description="E.164.")] = ""
    customer: Annotated[str, Meta(max_length=200, description="Your shop's id of the customer.")] = ""
    assurance: Annotated[
        str, Meta(pattern="^(link|knowledge|code|login)$", description="How sure you are that it is them: link, knowledge, code or login.")
    ] = "login"


class ActionForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One action, and for whom it is asked; left out: for the merchant itself."""

    action: BusinessAction
    on_behalf_of: BehalfForm | None = None


class ConfirmForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The yes to what was prepared, in the name of whom it was prepared for."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]
    on_behalf_of: BehalfForm | None = None


class ActionDeclared(msgspec.Struct, frozen=True, kw_only=True):
    """What an action needs, changes and tells."""

    action: ActionKind
    meaning: str
    assurance: Annotated[str, Meta(description="The least that must be sure of who asks.")]
    weight: Weight
    confirmed: Annotated[bool, Meta(description="It is done only after a yes to exactly what was prepared.")]
    undone_by: ActionKind | None
    outside: list[Outside]
    tells: list[str]
    arguments: Annotated[dict[str, Any], Meta(description="JSON Schema of its arguments.")]


class ActionList(msgspec.Struct, frozen=True, kw_only=True):
    """All actions."""

    actions: list[ActionDeclared]


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do, or did."""

    action: BusinessAction
    refund: Annotated[Money | None, Meta(description="What the customer gets back.")]
    charge: Annotated[Money | None, Meta(description="What the customer pays.")]
    fee: Annotated[Money | None, Meta(description="What is taken off.")]
    concerns: Annotated[list[Concern], Meta(description="Why a human decides first; empty: the policy alone does.")]
    facts: dict[str, str | int]
    policy_version: int


class PreparedShown(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do, and the token that says yes to it."""

    plan: PlanShown
    token: Annotated[str, Meta(description="Send it to /actions/confirm once the customer has said yes to exactly this.")]
    expires_at: datetime
    needs_yes: bool


class CaseShown(Case, frozen=True, kw_only=True):
    """A case as it stands."""

    id: Id
    order: Id
    seen: Annotated[str, Meta(description="Send it with a decision: where the case has changed since, nothing is done.")]


class CaseEventShown(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case."""

    at: datetime
    actor: str
    was: CaseState | None
    state: CaseState
    why: str


class CaseWhole(CaseShown, frozen=True, kw_only=True):
    """A case with its steps, the oldest first."""

    events: list[CaseEventShown]


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Cases, newest first."""

    cases: list[CaseShown]
    next: Next = None


class DoneShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    plan: PlanShown
    case: Annotated[CaseShown | None, Meta(description="Null: nothing that somebody has to carry through.")]
    again: Annotated[bool, Meta(description="The same yes was given before: nothing was done anew.")]


def action_form(body: bytes) -> ActionForm:
    """Read a body that holds an action.

    Raises:
        BadInputError: it does not; the text says where.
    """
    try:
        return msgspec.json.decode(body, type=ActionForm)
    except msgspec.DecodeError as error:
        raise BadInputError(f"the body: {error}") from error


def action_schemas() -> dict[str, Any]:
    """Return the schemas of the form that holds an action and of its parts, by their name in `components`: "action.ActionForm"."""
    _, parts = msgspec.json.schema_components([ActionForm], ref_template="#/components/schemas/action.{name}")
    return {f"action.{name}": schema for name, schema in parts.items()}


def declared() -> ActionList:
    """List every action with the schema of its arguments."""
    return ActionList(actions=[_declared(one, schema_of(one.kind)) for one in DECLARATIONS.values()])


def _declared(one: Declaration, schema: dict[str, Any]) -> ActionDeclared:
    return ActionDeclared(
        action=one.kind,
        meaning=one.meaning,
        assurance=one.assurance.name.lower(),
        weight=one.weight,
        confirmed=one.confirmed,
        undone_by=one.undone_by,
        outside=list(one.outside),
        tells=list(one.tells),
        arguments=schema,
    )


def assurance_named(name: str) -> Assurance:
    """Read a measure of sureness by its name."""
    return Assurance[name.upper()]


def plan_shown(plan: Plan) -> PlanShown:
    """Show a plan."""
    return PlanShown(
        action=plan.action,
        refund=plan.refund,
        charge=plan.charge,
        fee=plan.fee,
        concerns=list(plan.concerns),
        facts=plan.facts,
        policy_version=plan.policy_version,
    )


def case_shown(kept: KeptCase) -> CaseShown:
    """Show a case."""
    return CaseShown(**_of(kept))


def case_whole(kept: KeptCase, events: list[CaseEvent]) -> CaseWhole:
    """Show a case with its steps."""
    steps = [CaseEventShown(at=one.at, actor=one.actor, was=one.was, state=one.state, why=one.why) for one in events]
    return CaseWhole(**_of(kept), events=steps)


def _of(kept: KeptCase) -> dict[str, Any]:
    own = {name: getattr(kept.case, name) for name in Case.__struct_fields__}
    return {**own, "id": str(kept.case_id), "order": str(kept.case.order_id), "seen": seen_of(kept.case)}
