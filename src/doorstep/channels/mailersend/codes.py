"""MailerSend's activities → what they mean and who must act.

Source: MailerSend's pages on webhooks, on activities and on its SMTP relay, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("activity.queued", "taken", MessageState.SENT),
    noted("activity.sent", "taken and about to be delivered", MessageState.SENT),
    noted("activity.deferred", "the recipient's server says later; MailerSend tries on", MessageState.SENT),
    noted("activity.delivered", "the recipient's server took it", MessageState.REACHED),
    noted("activity.opened", "opened again", MessageState.READ),
    noted("activity.opened_unique", "opened for the first time", MessageState.READ),
    noted("activity.clicked", "a link was followed again", MessageState.CLICKED),
    noted("activity.clicked_unique", "a link was followed for the first time", MessageState.CLICKED),
    gone("activity.hard_bounced", "the recipient's server refused for good; MailerSend suppresses the address"),
    failed("activity.soft_bounced", "not delivered for now: mailbox full, server down, mail too large"),
    gone("activity.spam_complaint", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("activity.unsubscribed", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    fault("domain must be verified", "the sender's domain is not verified at MailerSend", Remedy.STOP),
    fault("unique recipients limit", "a trial account's recipients are used up", Remedy.STOP),
    fault("quota", "the account's quota is used up", Remedy.STOP),
    fault("the given data was invalid", "MailerSend does not take the mail as it is", Remedy.FIX),
    fault("too many", "too many mails a minute", Remedy.RETRY),
)
WEBHOOK = by_code(CODES)
