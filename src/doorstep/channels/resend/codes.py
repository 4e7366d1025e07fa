"""Resend's events and bounce types → what they mean and who must act.

Source: Resend's pages on webhook events, on bounces and on errors, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("email.scheduled", "taken, to be sent later", MessageState.SENT),
    noted("email.sent", "taken and about to be delivered", MessageState.SENT),
    noted("email.delivery_delayed", "the recipient's server says later; Resend tries on", MessageState.SENT),
    noted("email.delivered", "the recipient's server took it", MessageState.REACHED),
    noted("email.opened", "opened", MessageState.READ),
    noted("email.clicked", "a link was followed", MessageState.CLICKED),
    gone("email.bounced/Permanent", "the recipient's server refused for good; Resend suppresses the address"),
    failed("email.bounced/Transient", "not delivered for now: mailbox full, mail too large, content refused"),
    failed("email.bounced/Undetermined", "not delivered, and the recipient's server does not say why"),
    failed("email.bounced", "not delivered, for a reason that is not known here"),
    gone("email.suppressed", "not sent: the address bounced or complained before", state=MessageState.REFUSED),
    failed("email.failed", "not sent: the request, the domain or the quota was at fault", state=MessageState.REFUSED),
    gone("email.complained", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    fault("domain is not verified", "the sender's domain is not verified at Resend", Remedy.STOP),
    fault("you can only send testing emails to your own email address", "the account has no verified domain", Remedy.STOP),
    fault("daily sending quota", "the account's quota of the day is used up", Remedy.RETRY),
    fault("monthly sending quota", "the account's quota of the month is used up", Remedy.STOP),
    fault("too many requests", "too many mails a second", Remedy.RETRY),
    fault("api key is invalid", "the API key is wrong", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
#: Until its webhooks named the type, they had only these words.
SUPPRESSED_WORDS, HARD_WORDS = "suppressed sending", "hard bounce"
