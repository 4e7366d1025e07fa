"""Amazon SES's events, bounce types and SMTP answers → what they mean and who must act.

Source: Amazon SES's pages on notification contents, on event publishing and on SMTP responses, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("Send", "taken and about to be delivered", MessageState.SENT),
    noted("DeliveryDelay", "the recipient's server says later; SES tries on for 14 hours", MessageState.SENT),
    noted("Delivery", "the recipient's server took it", MessageState.REACHED),
    noted("Open", "opened", MessageState.READ),
    noted("Click", "a link was followed", MessageState.CLICKED),
    gone("Bounce/Permanent/General", "the recipient's server refused for good"),
    gone("Bounce/Permanent/NoEmail", "there is no such mailbox"),
    gone("Bounce/Permanent/Suppressed", "not sent: the address bounced lately for other senders too", state=MessageState.REFUSED),
    gone("Bounce/Permanent/OnAccountSuppressionList", "not sent: the address bounced before", state=MessageState.REFUSED),
    gone("Bounce/Permanent/UnsubscribedRecipient", "not sent: the recipient unsubscribed", "unsubscribed", MessageState.REFUSED),
    failed("Bounce/Transient/General", "not delivered for now"),
    failed("Bounce/Transient/MailboxFull", "the mailbox is full"),
    failed("Bounce/Transient/MessageTooLarge", "the mail is too large", Remedy.FIX),
    failed("Bounce/Transient/CustomTimeoutExceeded", "not delivered within the time that the account set"),
    failed("Bounce/Transient/ContentRejected", "refused for what the mail says", Remedy.FIX),
    failed("Bounce/Transient/AttachmentRejected", "refused for an attachment", Remedy.FIX),
    failed("Bounce/Undetermined/Undetermined", "not delivered, and the recipient's server does not say why"),
    failed("Bounce", "not delivered, for a reason that is not known here"),
    gone("Complaint", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("Complaint/OnAccountSuppressionList", "not sent: the recipient called a mail spam before", "complained", MessageState.REFUSED),
    noted("Complaint/not-spam", "the recipient said that it is no spam", MessageState.REACHED),
    gone("Subscription", "the recipient unsubscribed from everything", "unsubscribed", MessageState.REACHED),
    failed("Reject", "not sent: SES found a virus in it", Remedy.FIX, MessageState.REFUSED),
    failed("Rendering Failure", "not sent: a template at SES could not be filled in", Remedy.FIX, MessageState.REFUSED),
    fault("email address is not verified", "the sender's address is not verified at SES, or the account is in the sandbox", Remedy.STOP),
    fault("sending suspended", "the account may not send", Remedy.STOP),
    fault("sending paused", "the account may not send", Remedy.STOP),
    fault("daily message quota exceeded", "the account's quota of 24 hours is used up", Remedy.RETRY),
    fault("maximum sending rate exceeded", "too many mails a second", Remedy.RETRY),
    fault("configuration set does not exist", "SES does not know the configuration set", Remedy.STOP),
    fault("authentication credentials invalid", "the SMTP user name or password is wrong", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
