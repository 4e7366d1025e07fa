"""Mailjet's events and errors → what they mean and who must act.

Source: Mailjet's pages on event webhooks and on error types, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    # "sent" is what Mailjet says once the recipient's server took it.
    noted("sent", "the recipient's server took it", MessageState.REACHED),
    noted("open", "opened", MessageState.READ),
    noted("click", "a link was followed", MessageState.CLICKED),
    noted("bounce/soft/greylisted", "the recipient's server says later; Mailjet tries on", MessageState.SENT),
    gone("bounce/hard", "the recipient's server refused for good; Mailjet suppresses the address"),
    failed("bounce/soft", "not delivered for now: mailbox full, server down, mail too large"),
    failed("error/quota exceeded", "the mailbox is full"),
    failed("error/relay/access denied", "the recipient's server does not take mail from this sender"),
    failed("error/sender blocked", "the recipient's provider blocks this sender"),
    failed("error/content blocked", "refused for what the mail says", Remedy.FIX),
    failed("error/policy issue", "refused by the recipient provider's policy"),
    failed("error/system issue", "a fault of Mailjet's"),
    failed("error/protocol issue", "the recipient's server broke off"),
    failed("error/connection issue", "the recipient's server could not be reached"),
    gone("blocked/user unknown", "not sent: there is no such mailbox", state=MessageState.REFUSED),
    gone("blocked/invalid domain", "not sent: there is no such domain", state=MessageState.REFUSED),
    gone("blocked/no mail host", "not sent: the domain takes no mail", state=MessageState.REFUSED),
    gone("blocked/spam reporter", "not sent: the recipient called a mail spam before", "complained", MessageState.REFUSED),
    failed("blocked/blacklisted", "not sent: the address is on a block list of the account", state=MessageState.REFUSED),
    failed("blocked/preblocked", "not sent: the address bounced lately", state=MessageState.REFUSED),
    failed("blocked/typofix", "not sent: the domain looks mistyped", state=MessageState.REFUSED),
    failed("blocked/duplicate in campaign", "not sent: the same mail went there before", state=MessageState.REFUSED),
    failed("blocked/sender blocked", "not sent: Mailjet blocks this sender", Remedy.STOP, MessageState.REFUSED),
    failed("blocked/content blocked", "not sent for what the mail says", Remedy.FIX, MessageState.REFUSED),
    failed("blocked", "not sent, for a reason that is not known here", state=MessageState.REFUSED),
    gone("spam", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("unsub", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    fault("sender address", "the sender's address is not validated at Mailjet", Remedy.STOP),
    fault("account is temporarily blocked", "the account is blocked", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
