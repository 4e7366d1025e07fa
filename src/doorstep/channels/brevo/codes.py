"""Brevo's events → what they mean and who must act.

Source: Brevo's pages on transactional webhooks and on bounces, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("request", "taken; may still be blocked", MessageState.SENT),
    noted("sent", "taken and about to be delivered", MessageState.SENT),
    noted("deferred", "the recipient's server says later; Brevo tries on", MessageState.SENT),
    noted("delivered", "the recipient's server took it", MessageState.REACHED),
    noted("unique_opened", "opened for the first time", MessageState.READ),
    noted("opened", "opened again", MessageState.READ),
    noted("unique_proxy_open", "opened for the first time, by a mail proxy", MessageState.READ),
    noted("proxy_open", "opened again, by a mail proxy", MessageState.READ),
    noted("click", "a link was followed", MessageState.CLICKED),
    gone("hard_bounce", "the recipient's server refused for good; Brevo suppresses the address"),
    failed("soft_bounce", "not delivered for now: mailbox full, server down, mail too large"),
    failed("blocked", "not sent: the address is on the account's block list", state=MessageState.REFUSED),
    gone("invalid_email", "not sent: the address is none", state=MessageState.REFUSED),
    failed("error", "not sent: Brevo could not make the mail", state=MessageState.REFUSED),
    gone("spam", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("complaint", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("unsubscribe", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    gone("unsubscribed", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    fault("sender is not valid", "the sender's address is not verified at Brevo", Remedy.STOP),
    fault("account is not yet activated", "the account may not send yet", Remedy.STOP),
    fault("account is suspended", "the account is suspended", Remedy.STOP),
    fault("credits", "the account's credits are used up", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
#: Opened by a mail proxy, as Brevo itself says.
BY_PROXY = frozenset({"unique_proxy_open", "proxy_open"})
