"""Postmark's record and bounce types → what they mean and who must act.

Source: Postmark's pages on webhooks, on bounce types and on SMTP errors, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("Delivery", "the recipient's server took it", MessageState.REACHED),
    noted("Open", "opened", MessageState.READ),
    noted("Click", "a link was followed", MessageState.CLICKED),
    gone("Bounce/HardBounce", "the recipient's server refused for good; Postmark suppresses the address"),
    noted("Bounce/Transient", "the recipient's server says later; Postmark tries on", MessageState.SENT),
    gone("Bounce/Unsubscribe", "the recipient asked to be removed", "unsubscribed", MessageState.REACHED),
    noted("Bounce/Subscribe", "the recipient asked to be added", MessageState.REACHED),
    noted("Bounce/AutoResponder", "a machine answered", MessageState.REACHED),
    noted("Bounce/AddressChange", "the recipient's server tells of another address", MessageState.REACHED),
    noted("Bounce/DnsError", "the recipient's domain was not found for now", MessageState.SENT),
    gone(
        "Bounce/SpamNotification",
        "the recipient's server calls it spam and says so as the recipient",
        "complained",
        MessageState.COMPLAINED,
    ),
    noted("Bounce/OpenRelayTest", "somebody's test of Postmark itself", MessageState.SENT),
    failed("Bounce/Unknown", "not delivered, for a reason that Postmark does not know"),
    failed("Bounce/SoftBounce", "not delivered for now: mailbox full, server down, mail too large"),
    failed("Bounce/VirusNotification", "the recipient's server found a virus in it", Remedy.FIX),
    failed("Bounce/ChallengeVerification", "the recipient's server wants a person to prove themselves"),
    gone("Bounce/BadEmailAddress", "the address is none", state=MessageState.REFUSED),
    gone("Bounce/SpamComplaint", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    failed("Bounce/ManuallyDeactivated", "not sent: the merchant switched the address off at Postmark", state=MessageState.REFUSED),
    failed("Bounce/Unconfirmed", "not sent: the recipient never confirmed", state=MessageState.REFUSED),
    failed("Bounce/Blocked", "refused for content, reputation or policy; the address is not at fault"),
    failed("Bounce/SMTPApiError", "Postmark did not accept the mail as it was", Remedy.FIX, MessageState.REFUSED),
    failed("Bounce/InboundError", "a mail to us could not be handed on"),
    failed("Bounce/DMARCPolicy", "refused by the sender domain's own DMARC policy", Remedy.STOP, MessageState.REFUSED),
    failed("Bounce/TemplateRenderingFailed", "a template at Postmark could not be filled in", Remedy.FIX, MessageState.REFUSED),
    gone("SpamComplaint", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("SubscriptionChange/HardBounce", "Postmark suppresses the address after a bounce"),
    gone("SubscriptionChange/SpamComplaint", "Postmark suppresses the address after a complaint", "complained", MessageState.COMPLAINED),
    gone("SubscriptionChange/ManualSuppression", "the recipient unsubscribed", "unsubscribed", MessageState.REACHED),
    fault("inactive recipient", "Postmark suppresses the address after a bounce or a complaint", Remedy.SWITCH),
    fault("sender signature not found", "the sender's address is not confirmed at Postmark", Remedy.STOP),
    fault("not allowed to send", "the server or account may not send", Remedy.STOP),
    fault("account is pending approval", "the account writes to its own domain only until it is approved", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
