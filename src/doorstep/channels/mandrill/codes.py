"""Mandrill's events and reject reasons → what they mean and who must act.

Source: Mailchimp Transactional's pages on webhooks, on rejections and on SMTP events, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("send", "taken and about to be delivered", MessageState.SENT),
    noted("deferral", "the recipient's server says later; Mandrill tries on", MessageState.SENT),
    noted("delivered", "the recipient's server took it", MessageState.REACHED),
    noted("open", "opened", MessageState.READ),
    noted("click", "a link was followed", MessageState.CLICKED),
    gone("hard_bounce", "the recipient's server refused for good; Mandrill suppresses the address"),
    failed("soft_bounce", "not delivered for now: mailbox full, server down, content refused"),
    gone("spam", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("unsub", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    gone("reject/hard-bounce", "not sent: the address bounced before", state=MessageState.REFUSED),
    failed("reject/soft-bounce", "not sent: the address bounced lately", state=MessageState.REFUSED),
    gone("reject/spam", "not sent: the recipient called a mail spam before", "complained", MessageState.REFUSED),
    gone("reject/unsub", "not sent: the recipient unsubscribed", "unsubscribed", MessageState.REFUSED),
    gone("reject/invalid", "not sent: the address is none", state=MessageState.REFUSED),
    failed("reject/custom", "not sent: the merchant put the address on the list", state=MessageState.REFUSED),
    failed("reject/rule", "not sent: a rule of the account says so", state=MessageState.REFUSED),
    failed("reject/invalid-sender", "not sent: the sender's address is none", Remedy.STOP, MessageState.REFUSED),
    failed("reject/test-mode-limit", "not sent: the test account's limit is reached", Remedy.STOP, MessageState.REFUSED),
    failed("reject/unsigned", "not sent: the sender's domain is not verified at Mandrill", Remedy.STOP, MessageState.REFUSED),
    failed("reject", "not sent, for a reason that is not known here", state=MessageState.REFUSED),
    fault("exceeded hourly quota", "the account's quota of the hour is used up", Remedy.RETRY),
    fault("account is suspended", "the account is suspended", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
