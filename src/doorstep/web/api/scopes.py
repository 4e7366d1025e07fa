"""What an API key is, and what it may be allowed to do: the one list."""

import secrets

#: Scope → what it allows.
SCOPES = {
    "orders:write": "send orders",
    "orders:read": "read orders with customers, addresses and items",
    "tracking:write": "send checkpoints; set the code table; map unknown codes; report, close and mute delivery problems",
    "tracking:read": "read shipments, checkpoints, delivery problems, unknown codes, their mappings and the code table; ask whose a number is",
    "performance:write": "make and withdraw the keys that sign published delivery performance",
    "performance:read": "read delivery performance and the keys that sign it",
    "insights:read": "read why goods come back",
    "promise:read": "ask by when an order arrives",
    "actions:write": "ask for what customers may do: cancel, change, return, exchange, claim; for a customer or for the merchant",
    "cases:read": "read returns, exchanges, claims and changes",
    "cases:write": "decide about returns, exchanges, claims and changes, and say what became of them",
    "handovers:read": "read which conversations a human has or should take over, and how customers said it was",
    "handovers:write": "give, note on and close conversations that a human has",
    "policy:read": "read the rules for what customers may do, and what is changed of the talks",
    "policy:write": "change the rules for what customers may do, and the talks",
    "knowledge:read": "read what the shop says of itself, and try questions on it",
    "knowledge:write": "bring in and take away what the shop says of itself",
    "messages:read": "read messages, why each was sent and what became of it",
    "recipients:write": "record consents; add and lift suppressions",
    "recipients:read": "read suppressions",
    "letters:read": "read dead letters",
    "letters:write": "replay dead letters",
    "webhooks:write": "add and remove webhook endpoints",
    "webhooks:read": "read webhook endpoints",
}
#: What only whoever runs the installation may allow, by `doorstep merchant key`: it reaches beyond the key's merchant.
OPERATOR_SCOPES = {"codes:everywhere": "map unknown codes for every merchant of this installation"}
#: What a customer's own token may allow in the brand's app, by its claim `scope`; all of it where that is left out.
APP_SCOPES = {"app:messages": "read one's own messages and say that they arrived or were read", "app:replies": "answer"}


def new_key() -> str:
    """Make a key of 256 random bits; only its hash is kept, so show it now or never."""
    return f"dk_{secrets.token_urlsafe(32)}"
