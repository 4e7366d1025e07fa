"""Handovers ↔ tickets in Zendesk Support."""

from doorstep.domain.plugins import Helpdesk, Setting
from doorstep.helpdesks.zendesk.calling import close, note, open_, page, probe, reopen, say
from doorstep.helpdesks.zendesk.hearing import delivery_id, read, verify

HELPDESK = Helpdesk(
    slug="zendesk",
    name="Zendesk",
    settings=(
        Setting(name="subdomain", label="Subdomain, the part of your Zendesk's address before .zendesk.com", example="yourshop"),
        Setting(name="email", label="E-mail address of the agent whose API token it is", required=False, example="agent@shop.example"),
        Setting(name="api_token", label="API token", secret=True, required=False),
        Setting(name="oauth_token", label="OAuth access token with read and write, in place of an API token", secret=True, required=False),
        # Zendesk shows it once the webhook is made, for which it wants this connection's address first.
        Setting(name="signing_secret", label="Signing secret of the webhook; without it nothing is taken", secret=True, required=False),
    ),
    open=open_,
    say=say,
    note=note,
    close=close,
    reopen=reopen,
    read=read,
    verify=verify,
    delivery_id=delivery_id,
    probe=probe,
    page=page,
    # From 200 requests a minute by plan (Team), 100 updates of tickets a minute; beyond that Zendesk answers 429 with Retry-After. Source:
    # developer.zendesk.com/api-reference/introduction/rate-limits, as known on 2026-11-30.
    rate_per_s=1.5,
)
