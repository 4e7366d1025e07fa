"""Handovers ↔ conversations in an API inbox of Chatwoot, self-hosted or in its cloud."""

from doorstep.domain.plugins import Helpdesk, Setting
from doorstep.helpdesks.chatwoot.calling import CLOUD, close, open_, page, probe, reopen, say
from doorstep.helpdesks.chatwoot.hearing import delivery_id, read, verify

HELPDESK = Helpdesk(
    slug="chatwoot",
    name="Chatwoot",
    settings=(
        Setting(name="base_url", label="Address of your Chatwoot", required=False, default=CLOUD, example=CLOUD),
        Setting(name="account_id", label="Account ID, the number in the address after /accounts/", example="12345"),
        Setting(name="inbox_id", label="ID of an inbox of the kind API, the number in its settings' address", example="67"),
        Setting(name="api_access_token", label="Access token of an agent that sees this inbox, from the profile's settings", secret=True),
        Setting(name="webhook_secret", label="Secret of the inbox's webhook, where your Chatwoot shows one", secret=True, required=False),
    ),
    open=open_,
    say=say,
    note=say,
    close=close,
    reopen=reopen,
    read=read,
    verify=verify,
    delivery_id=delivery_id,
    probe=probe,
    page=page,
    # Chatwoot lets 3,000 requests a minute from one address through, unless its operator says otherwise (RACK_ATTACK_LIMIT). Source:
    # its page on environment variables, as known on 2026-11-30; kept well below.
    rate_per_s=10.0,
)
