"""SendGrid's events, reasons and SMTP answers → what they mean and who must act.

Source: Twilio SendGrid's pages on the Event Webhook, on bounce classification and on SMTP errors, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("processed", "taken and about to be delivered", MessageState.SENT),
    noted("deferred", "the recipient's server says later; SendGrid tries for 72 hours", MessageState.SENT),
    noted("delivered", "the recipient's server took it", MessageState.REACHED),
    noted("open", "opened", MessageState.READ),
    noted("click", "a link was followed", MessageState.CLICKED),
    gone("bounce/bounce", "the recipient's server refused for good; SendGrid suppresses the address"),
    failed("bounce/blocked", "refused for now, for content, reputation or policy; the address is not at fault"),
    failed("bounce/expired", "not delivered within 72 hours"),
    gone("classified/invalid address", "there is no such mailbox"),
    failed("classified/technical", "a fault of the recipient's server or domain"),
    failed("classified/content", "refused for what the mail says", Remedy.FIX),
    failed("classified/reputation", "refused for the sender's reputation"),
    failed("classified/frequency/volume too high", "refused for too many mails at once"),
    failed("classified/mailbox unavailable", "the mailbox is full or cannot be reached"),
    gone("dropped/bounced address", "not sent: the address bounced before", state=MessageState.REFUSED),
    gone("dropped/unsubscribed address", "not sent: the recipient unsubscribed", "unsubscribed", MessageState.REFUSED),
    gone("dropped/spam reporting address", "not sent: the recipient called a mail spam before", "complained", MessageState.REFUSED),
    gone("dropped/invalid", "not sent: the address is none", state=MessageState.REFUSED),
    failed("dropped/invalid smtpapi header", "not sent: a header of ours was not understood", Remedy.FIX, MessageState.REFUSED),
    failed("dropped/spam content", "not sent: the account's spam check refused it", Remedy.FIX, MessageState.REFUSED),
    failed("dropped/recipient list over package quota", "not sent: the account's quota is used up", Remedy.STOP, MessageState.REFUSED),
    failed("dropped", "not sent, for a reason that is not known here", state=MessageState.REFUSED),
    gone("spamreport", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("unsubscribe", "the recipient unsubscribed from everything", "unsubscribed", MessageState.REACHED),
    gone("group_unsubscribe", "the recipient unsubscribed from the group", "unsubscribed", MessageState.REACHED),
    fault("maximum credits exceeded", "the account's credits are used up", Remedy.STOP),
    fault("does not match a verified sender identity", "the sender's address is not verified at SendGrid", Remedy.STOP),
    fault("unauthenticated senders not allowed", "the API key may not send", Remedy.STOP),
    fault("too many concurrent connections", "too many connections at once", Remedy.RETRY),
)
WEBHOOK = by_code(CODES)
