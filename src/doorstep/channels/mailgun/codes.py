"""Mailgun's events and reasons → what they mean and who must act.

Source: Mailgun's pages on events, on webhooks and on delivery failures, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("accepted", "taken and queued", MessageState.SENT),
    noted("delivered", "the recipient's server took it", MessageState.REACHED),
    noted("opened", "opened", MessageState.READ),
    noted("clicked", "a link was followed", MessageState.CLICKED),
    noted("failed/temporary", "the recipient's server says later; Mailgun tries for 8 hours", MessageState.SENT),
    gone("failed/bounce", "the recipient's server refused for good; Mailgun suppresses the address"),
    gone("failed/suppress-bounce", "not sent: the address bounced before", state=MessageState.REFUSED),
    gone("failed/suppress-complaint", "not sent: the recipient called a mail spam before", "complained", MessageState.REFUSED),
    gone("failed/suppress-unsubscribe", "not sent: the recipient unsubscribed", "unsubscribed", MessageState.REFUSED),
    failed("failed/old", "not delivered within 8 hours"),
    failed("failed/espblock", "the recipient's provider blocks this sender"),
    failed("failed/blacklist", "the recipient's provider blocks this sender"),
    failed("failed/greylisted", "the recipient's server never let it in"),
    failed("failed/generic", "not delivered, for no named reason"),
    failed("failed", "not delivered, for a reason that is not known here"),
    failed("rejected", "Mailgun does not send it: sandbox, unverified account, or a virus", Remedy.SWITCH, MessageState.REFUSED),
    gone("complained", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("unsubscribed", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    # What webhooks of before 2018 said.
    gone("bounced", "the recipient's server refused for good"),
    gone("dropped/605", "not sent: the address bounced before", state=MessageState.REFUSED),
    gone("dropped/606", "not sent: the recipient unsubscribed", "unsubscribed", MessageState.REFUSED),
    gone("dropped/607", "not sent: the recipient called a mail spam before", "complained", MessageState.REFUSED),
    failed("dropped/499", "not delivered in time"),
    failed("dropped", "not sent, for a reason that is not known here", state=MessageState.REFUSED),
    fault("sandbox subdomains are for test purposes only", "a sandbox domain writes to authorised recipients only", Remedy.STOP),
    fault("domain not found", "Mailgun does not know the sender's domain", Remedy.STOP),
    fault("is not allowed to send", "the account or domain may not send", Remedy.STOP),
    fault("limit exceeded", "the account's limit is reached", Remedy.RETRY),
)
WEBHOOK = by_code(CODES)
