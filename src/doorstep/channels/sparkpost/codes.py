"""SparkPost's events and bounce classes → what they mean and who must act.

Source: SparkPost's pages on event types and on bounce classification codes, as known on 2026-11-29.
"""

from doorstep.channels.codes import by_code, failed, fault, gone, noted
from doorstep.domain.vocabulary import MessageState, Remedy

CODES = (
    noted("injection", "taken", MessageState.SENT),
    noted("delay", "the recipient's server says later; SparkPost tries on", MessageState.SENT),
    noted("delivery", "the recipient's server took it", MessageState.REACHED),
    noted("initial_open", "its first picture was loaded", MessageState.READ),
    noted("open", "opened", MessageState.READ),
    noted("amp_initial_open", "its first picture was loaded", MessageState.READ),
    noted("amp_open", "opened", MessageState.READ),
    noted("click", "a link was followed", MessageState.CLICKED),
    noted("amp_click", "a link was followed", MessageState.CLICKED),
    failed("bounce/1", "not delivered; the server's words tell nothing"),
    gone("bounce/10", "there is no such mailbox"),
    failed("bounce/20", "refused for now"),
    failed("bounce/21", "the recipient's domain was not found for now"),
    failed("bounce/22", "the mailbox is full"),
    failed("bounce/23", "the mail is too large", Remedy.FIX),
    failed("bounce/24", "not delivered in time"),
    failed("bounce/25", "refused by a policy of the account"),
    gone("bounce/30", "there is no recipient, says the server"),
    failed("bounce/40", "refused, for no named reason"),
    failed("bounce/50", "the recipient's provider blocks this sender"),
    failed("bounce/51", "the recipient's provider calls this sender a spammer"),
    failed("bounce/52", "the recipient's provider calls the mail spam", Remedy.FIX),
    failed("bounce/53", "the recipient's provider takes no such attachment", Remedy.FIX),
    failed("bounce/54", "the recipient's server does not take mail for this domain"),
    noted("bounce/60", "a machine answered", MessageState.REACHED),
    failed("bounce/70", "not delivered for now"),
    noted("bounce/80", "the recipient asked to be added", MessageState.REACHED),
    gone("bounce/90", "the recipient asked to be removed", "unsubscribed", MessageState.REACHED),
    failed("bounce/100", "the recipient's server wants a person to prove themselves"),
    failed("bounce", "not delivered, for a reason that is not known here"),
    failed("policy_rejection", "SparkPost does not send it, by a policy of its own", state=MessageState.REFUSED),
    failed("generation_failure", "the mail could not be made", Remedy.FIX, MessageState.REFUSED),
    failed("generation_rejection", "not sent: the address is on a list of the account", state=MessageState.REFUSED),
    gone("spam_complaint", "the recipient called it spam", "complained", MessageState.COMPLAINED),
    gone("list_unsubscribe", "the recipient unsubscribed by the mail's header", "unsubscribed", MessageState.REACHED),
    gone("link_unsubscribe", "the recipient unsubscribed by a link", "unsubscribed", MessageState.REACHED),
    fault("unconfigured sending domain", "the sender's domain is not verified at SparkPost", Remedy.STOP),
    fault("exceed sending limit", "the account's limit is reached", Remedy.RETRY),
    fault("account is suspended", "the account is suspended", Remedy.STOP),
)
WEBHOOK = by_code(CODES)
