"""Somebody's role + a route of the desk → whether they may see it, whether they may change something there: one table, no other place says so."""

from enum import IntEnum, StrEnum

import msgspec


class Role(StrEnum):
    """What somebody is at the desk."""

    OWNER = "owner"
    OPERATIONS = "operations"
    SUPPORT = "support"
    MARKETING = "marketing"
    READ_ONLY = "read_only"


#: What each role is for, as the people page says it.
ABOUT = {
    Role.SUPPORT: "answers customers, decides their cases",
    Role.OPERATIONS: "the same, overrides the policy, and sets rules and codes",
    Role.MARKETING: "brand, words and figures; sees no customer",
    Role.READ_ONLY: "sees what support sees, changes nothing",
    Role.OWNER: "everything, and who may enter",
}


class Group(StrEnum):
    """Routes that are about one thing."""

    #: Counts that name nobody.
    OVERVIEW = "overview"
    FIGURES = "figures"
    #: Orders, parcels, their problems: names, addresses.
    ORDERS = "orders"
    CASES = "cases"
    #: Giving what the policy refused.
    OVERRIDES = "overrides"
    TALKS = "talks"
    #: What the shop says of itself.
    KNOWLEDGE = "knowledge"
    CUSTOMERS = "customers"
    #: What was sent to whom.
    MESSAGES = "messages"
    SUPPRESSIONS = "suppressions"
    #: What carriers' unknown codes mean.
    CODES = "codes"
    #: Bytes that could not be read.
    LETTERS = "letters"
    CONNECTIONS = "connections"
    KEYS = "keys"
    #: Customers' assistants: what they may be let do, who was let in.
    ASSISTANTS = "assistants"
    #: What the machine answers customers: its words. Its switches are rules.
    ANSWERS = "answers"
    #: Brand, templates, their approval.
    WORDS = "words"
    RULES = "rules"
    PEOPLE = "people"
    #: Who did what.
    HISTORY = "history"
    #: One's own password and session.
    OWN = "own"


class Level(IntEnum):
    """How far somebody may go; a higher one includes the lower."""

    NONE = 0
    SEE = 1
    CHANGE = 2


class Need(msgspec.Struct, frozen=True):
    """What a route asks for."""

    group: Group
    level: Level


_NONE, _SEE, _CHANGE = Level.NONE, Level.SEE, Level.CHANGE
#: Who may do what: group → (operations, support, marketing, read only). Owners may do everything.
_TABLE: dict[Group, tuple[Level, Level, Level, Level]] = {
    Group.OVERVIEW: (_SEE, _SEE, _SEE, _SEE),
    Group.FIGURES: (_SEE, _SEE, _SEE, _SEE),
    Group.ORDERS: (_CHANGE, _CHANGE, _NONE, _SEE),
    Group.CASES: (_CHANGE, _CHANGE, _NONE, _SEE),
    Group.OVERRIDES: (_CHANGE, _NONE, _NONE, _NONE),
    Group.TALKS: (_CHANGE, _CHANGE, _NONE, _SEE),
    Group.KNOWLEDGE: (_CHANGE, _CHANGE, _CHANGE, _SEE),
    Group.CUSTOMERS: (_CHANGE, _CHANGE, _NONE, _SEE),
    Group.MESSAGES: (_SEE, _SEE, _NONE, _SEE),
    Group.SUPPRESSIONS: (_CHANGE, _SEE, _NONE, _SEE),
    Group.CODES: (_CHANGE, _SEE, _NONE, _SEE),
    Group.LETTERS: (_CHANGE, _CHANGE, _NONE, _SEE),
    Group.CONNECTIONS: (_SEE, _SEE, _NONE, _SEE),
    Group.KEYS: (_SEE, _NONE, _NONE, _NONE),
    Group.ASSISTANTS: (_CHANGE, _SEE, _NONE, _SEE),
    Group.ANSWERS: (_CHANGE, _SEE, _CHANGE, _SEE),
    Group.WORDS: (_SEE, _SEE, _CHANGE, _SEE),
    Group.RULES: (_CHANGE, _SEE, _SEE, _SEE),
    Group.PEOPLE: (_SEE, _SEE, _SEE, _SEE),
    Group.HISTORY: (_SEE, _SEE, _NONE, _SEE),
    Group.OWN: (_CHANGE, _CHANGE, _CHANGE, _CHANGE),
}
_COLUMNS = (Role.OPERATIONS, Role.SUPPORT, Role.MARKETING, Role.READ_ONLY)
#: First part of an address below /desk → what it is about.
_GROUPS = {
    "": Group.OVERVIEW,
    "reasons": Group.OVERVIEW,
    "performance": Group.FIGURES,
    "performance.csv": Group.FIGURES,
    "returns": Group.FIGURES,
    "returns.csv": Group.FIGURES,
    "learning": Group.TALKS,
    "cases": Group.CASES,
    "shipments": Group.ORDERS,
    "orders": Group.ORDERS,
    "pitfalls": Group.ORDERS,
    "conversations": Group.TALKS,
    "inbox": Group.TALKS,
    "macros": Group.TALKS,
    "replies": Group.TALKS,
    "model-turns": Group.TALKS,
    "knowledge": Group.KNOWLEDGE,
    "customers": Group.CUSTOMERS,
    "messages": Group.MESSAGES,
    "suppressions": Group.SUPPRESSIONS,
    "unknown": Group.CODES,
    "letters": Group.LETTERS,
    "connections": Group.CONNECTIONS,
    "approvals": Group.WORDS,
    "keys": Group.KEYS,
    "assistants": Group.ASSISTANTS,
    "brand": Group.WORDS,
    "gallery": Group.WORDS,
    "templates": Group.WORDS,
    "settings": Group.RULES,
    "handing": Group.RULES,
    "policy": Group.RULES,
    "talks": Group.ANSWERS,
    "understanding": Group.RULES,
    "users": Group.PEOPLE,
    "changes": Group.HISTORY,
    "logout": Group.OWN,
}
#: Addresses that are about something else than their first part says.
_OTHERWISE = {
    "cases/{case_id}/override": Group.OVERRIDES,
    "orders/{order_id}/ask": Group.CASES,
    "orders/{order_id}/ask/confirm": Group.CASES,
    "knowledge/unanswered/{unanswered_id}/settle": Group.TALKS,
    "talks/machine": Group.RULES,
    "talks/try": Group.TALKS,
    "talks/{slug}/next": Group.RULES,
    "talks/{slug}/switch": Group.RULES,
    "users/password": Group.OWN,
    "performance/keys": Group.KEYS,
    "performance/keys/{key_id}/withdraw": Group.KEYS,
}
#: Forms that are sent and change nothing.
_ONLY_SHOW = frozenset({"talks/try", "talks/words/preview", "talks/{slug}/preview", "templates/{template}/preview"})


def need_of(method: str, address: str) -> Need | None:
    """Tell what a route asks for: "POST", "/desk/users/{user_id}/state"; None: the table does not have it, and only owners may go there."""
    path = address.removeprefix("/desk").strip("/")
    group = _OTHERWISE.get(path) or _GROUPS.get(path.partition("/")[0])
    if group is None:
        return None
    return Need(group, Level.CHANGE if method == "POST" and path not in _ONLY_SHOW else Level.SEE)


def change_of(address: str) -> Need | None:
    """Tell what it takes to change what a page is about, whether or not the page itself does."""
    need = need_of("GET", address)
    return need and Need(need.group, Level.CHANGE)


def level_of(role: str, group: Group) -> Level:
    """Tell how far a role may go; one that nobody knows goes nowhere."""
    if role == Role.OWNER:
        return Level.CHANGE
    return _TABLE[group][_COLUMNS.index(Role(role))] if role in _COLUMNS else Level.NONE


def may(role: str, need: Need | None) -> bool:
    """Tell whether a role may do what a route needs."""
    return role == Role.OWNER if need is None else level_of(role, need.group) >= need.level


def may_see(role: str, address: str) -> bool:
    """Tell whether a role may open a page: "/desk/shipments?problems=1"."""
    return may(role, need_of("GET", address.partition("?")[0]))


def may_change(role: str, address: str) -> bool:
    """Tell whether a role may change what a page is about."""
    return may(role, change_of(address.partition("?")[0]))


def who_may(need: Need | None) -> tuple[Role, ...]:
    """List the roles that may do what a route needs."""
    return tuple(role for role in Role if may(role, need))


_NAMES = {Role.OWNER: "an owner", Role.READ_ONLY: "who only reads"}


def only(need: Need | None) -> str:
    """Say who may do what a route needs: "Only an owner or operations may change this."."""
    *most, last = (_NAMES.get(role, str(role)) for role in who_may(need))
    return f"Only {', '.join(most)}{' or ' if most else ''}{last} may {'see' if need and need.level is Level.SEE else 'change'} this."
