"""The tools that assistants are offered → the page of docs/reference on them, by the very declarations they are made of."""

from collections.abc import Iterator, Mapping
from typing import Any

from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.steps.assistant_asks import only_customer
from doorstep.steps.assistants import ACCESS_LASTS, CODE_LASTS, GRANT_LASTS, Scope
from doorstep.web.mcp.declared import Offered, Way, offered

_INTRODUCTION = """\
# Tools for assistants (MCP)

What programs may call by the Model Context Protocol, at `/mcp/SHOP` (streamable HTTP, stateless). Generated from
`doorstep.domain.actions.declared` and `doorstep.web.mcp.declared`; [let assistants help](../how-to/let-assistants-help.md) says how to use it.

## Who calls

| by | at | may |
|---|---|---|
| OAuth 2.1, code with PKCE (S256), public clients | `/mcp/SHOP` | what the customer ticked |
| a token that the customer made, `Authorization: Bearer da_…` | `/mcp/SHOP` | what the customer ticked |
| an order's own link | `/mcp/SHOP/o/TOKEN`, or the token as bearer | that order: `orders:read`, `actions:prepare` |
| nobody | `/mcp/SHOP/shopping` | the shopping tools, where the shop opened them |

An access token holds {access} minutes, a code {code} minutes, a grant {grant} days. A refresh token is used once; the same again ends the
grant. Every tool takes `language` (BCP 47) beside what is listed.
"""
_SCOPES = {
    Scope.READ: "see orders, parcels, requests, products, the profile",
    Scope.PREPARE: "have an action judged and put before the customer; ask for an invoice or a human; `commit` tells how it stands",
    Scope.COMMIT: "`commit` does what can be taken back and brings nothing elsewhere, where the shop opened it too",
}
_ANSWERS = """\
## Answers

Each is one JSON object, as structured content and as text. `status` is

| status | means |
|---|---|
| `waiting_for_customer` | nothing was done; the customer says yes at `confirm_url`, signed in by a one-time code; then `commit` |
| `waiting_for_commit` | nothing was done; `commit` does it |
| `pending` | the customer has not said yes so far |
| `done` | it was done; `again`: by an earlier call or by the customer |
| `refused` | it is not possible: `code`, `sentence` for the customer, `facts`, `instead`, `needs`; the result is an error |
| `failed` | an error of this call alone: `sentence` says which |

What reads has no status. Codes of refusals are those of [the API](api.md), and `scope`: the customer did not let it.
"""


def assistants_markdown() -> str:
    """Write the page of the tools."""
    minutes = {"access": int(ACCESS_LASTS.total_seconds()) // 60, "code": int(CODE_LASTS.total_seconds()) // 60}
    return "\n".join((_INTRODUCTION.format(**minutes, grant=GRANT_LASTS.days), *_scopes(), _ANSWERS, *_tools()))


def _scopes() -> Iterator[str]:
    yield "| scope | lets |"
    yield "|---|---|"
    for scope in Scope:
        yield f"| `{scope}` | {_SCOPES[scope]} |"
    yield ""


def _tools() -> Iterator[str]:
    yield "## Tools"
    yield ""
    yield "| tool | does | scope | takes | yes by |"
    yield "|---|---|---|---|---|"
    for one in offered().values():
        yield f"| `{one.name}` | {_about(one)} | {f'`{one.scope}`' if one.scope else 'none'} | {_takes(one.tool.input_schema)} | {_yes(one)} |"
    yield ""


def _about(one: Offered) -> str:
    text = DECLARATIONS[one.action].meaning if one.action is not None else str(one.tool.description).partition(". ")[0].rstrip(".") + "."
    return text.replace("|", "\\|")


def _yes(one: Offered) -> str:
    if one.way is not Way.PREPARE or one.action is None:
        return "–"  # noqa: RUF001 - a dash for nothing, as in the other tables
    return "the customer" if only_customer(one.action) else "the customer, or `commit` where let"


def _takes(schema: Mapping[str, Any]) -> str:
    needed = set(schema["required"])
    names = [f"**{name}**" if name in needed else name for name in schema["properties"] if name != "language"]
    return ", ".join(names) or "nothing"
