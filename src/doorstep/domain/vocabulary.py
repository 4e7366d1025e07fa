"""The closed words of the house, each with one meaning; see docs/glossary.md."""

from enum import StrEnum

from doorstep.errors import Remedy as Remedy  # noqa: PLC0414 - it stands with the errors it follows from, and is one of the words


class Phase(StrEnum):
    """The stretch of a parcel's way in which an event type belongs."""

    #: Announced, labelled, packed; the carrier holds nothing yet.
    PRE = "pre"
    #: The hand-over from sender to carrier.
    PICKUP = "pickup"
    #: Between facilities of the carrier.
    TRANSIT = "transit"
    #: Export, border, customs, import.
    CROSS = "cross"
    #: From one carrier (or number) to another.
    HAND = "hand"
    #: The destination depot and the delivery tour.
    LAST = "last"
    #: A delivery was tried and did not succeed.
    ATTEMPT = "attempt"
    #: Somebody changed where, when or how it is to be delivered.
    CHANGE = "change"
    #: A pick-up point, shop or locker.
    POINT = "point"
    #: With the recipient.
    DONE = "done"
    #: Late, held, damaged, lost.
    PROBLEM = "problem"
    #: On the way back, or back.
    RETURN = "return"
    #: About the record, not about the parcel.
    META = "meta"


class Status(StrEnum):
    """What a shipment is, in one word, folded from all its checkpoints."""

    #: The carrier knows nothing of the number yet.
    PENDING = "pending"
    #: Announced to the carrier; no physical scan yet.
    INFO_RECEIVED = "info_received"
    #: The carrier has it and moves it.
    IN_TRANSIT = "in_transit"
    #: On the delivery vehicle today.
    OUT_FOR_DELIVERY = "out_for_delivery"
    #: Waits at a pick-up point, shop, locker or post office for the recipient.
    READY_FOR_PICKUP = "ready_for_pickup"
    #: A delivery was tried and did not succeed; the next step is open.
    FAILED_ATTEMPT = "failed_attempt"
    #: Held, damaged, lost, refused: something is wrong and nothing has moved since. Merely late is in transit.
    EXCEPTION = "exception"
    #: With the recipient (or where the recipient wished it).
    DELIVERED = "delivered"
    #: On its way back to the sender.
    RETURNING = "returning"
    #: Back with the sender.
    RETURNED = "returned"
    #: Will not be carried: cancelled or voided before the carrier had it.
    CANCELLED = "cancelled"
    #: Only events we cannot read.
    UNKNOWN = "unknown"


class Direction(StrEnum):
    """Which way a shipment travels. State, not status: after a return starts, "delivered" means returned."""

    OUTBOUND = "outbound"
    RETURN = "return"


class Actor(StrEnum):
    """Who must act next."""

    NOBODY = "nobody"
    CUSTOMER = "customer"
    SHOP = "shop"
    CARRIER = "carrier"


class Precision(StrEnum):
    """How finely the carrier stated a time."""

    DATE = "date"
    MINUTE = "minute"
    SECOND = "second"


class ZoneSource(StrEnum):
    """Where a checkpoint's offset came from."""

    #: The carrier sent it with the time.
    SENT = "sent"
    #: From the facility's region or post code.
    FACILITY = "facility"
    #: From the country, which has one zone.
    COUNTRY = "country"
    #: Not known: the offset is None; comparisons assume UTC and are right only within a day.
    ASSUMED = "assumed"


class Purpose(StrEnum):
    """Why a message is sent: decides consent, quiet hours and the unsubscribe header."""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


class ChannelKind(StrEnum):
    """A way to reach a recipient; a provider carries it."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    MESSENGER = "messenger"
    #: A notification in the browser, after RFC 8030.
    PUSH = "push"
    #: The brand's own app.
    INAPP = "inapp"
    #: The chat on the shop's site.
    CHAT = "chat"
    #: An order in Apple Wallet; the message is only the hint that it changed.
    WALLET = "wallet"
    WEBHOOK = "webhook"
    #: A shop's or a carrier's own interface, for errands; no person reads it.
    ERRAND = "errand"
    #: The helpdesk in which the merchant's agents work.
    HELPDESK = "helpdesk"
    CONSOLE = "console"


class Unfetched(StrEnum):
    """Why a file that lies with a provider is not here. Counted, and shown at the desk."""

    #: The provider has it no more, or its address has run out.
    GONE = "gone"
    #: Larger than a file may be.
    TOO_LARGE = "too_large"
    #: Beyond the files that one reply may have fetched.
    TOO_MANY = "too_many"
    #: By its own bytes a page, a programme, or of a kind that nobody sends of a parcel.
    TYPE = "type"
    #: Its address leads to where nothing is fetched from: a private network, a host that is not the provider's.
    ELSEWHERE = "elsewhere"
    #: The provider does not let the connection's credentials have it, or the connection has none for it.
    REFUSED = "refused"
    #: The provider did not answer, or not to the end.
    UNREACHABLE = "unreachable"
    #: The connection it came through is paused or removed.
    PAUSED = "paused"
    #: The channel knows no way to fetch files.
    NO_WAY = "no_way"


class Lead(StrEnum):
    """Where a short link in a text message leads."""

    #: Our page of the order.
    ORDER = "order"
    #: Our page of all orders that a digest told of.
    NEWS = "news"
    #: Our page of one parcel.
    PARCEL = "parcel"
    #: Our page of a case.
    CASE = "case"
    #: The carrier's own page of it.
    CARRIER = "carrier"
    #: The page of the carrier that delivers it in the end, where that is another.
    HANDED_TO = "handed_to"
    #: What the message's recipient wants to get.
    PREFERENCES = "preferences"
    #: Out of marketing.
    UNSUBSCRIBE = "unsubscribe"

    @property
    def is_carriers(self) -> bool:
        """Whether it leads to a page that is not ours."""
        return self in {Lead.CARRIER, Lead.HANDED_TO}


class MessageState(StrEnum):
    """Where a message is. Only moves forward, by `rank`."""

    #: Rendered and written down; nothing has left.
    QUEUED = "queued"
    #: A worker holds the lease and is about to call, or calls.
    SENDING = "sending"
    #: The call left and no answer came back; a receipt or the channel's policy decides.
    UNKNOWN = "unknown"
    #: The provider took it.
    SENT = "sent"
    #: The recipient's mailbox or device has it.
    REACHED = "reached"
    #: The recipient opened it.
    READ = "read"
    #: The recipient followed a link in it.
    CLICKED = "clicked"
    #: The recipient answered it.
    REPLIED = "replied"
    #: Came back: the address does not take mail.
    BOUNCED = "bounced"
    #: The provider will never send it.
    REFUSED = "refused"
    #: The merchant or a rule stopped it before it left.
    CANCELLED = "cancelled"
    #: The recipient called it spam.
    COMPLAINED = "complained"

    @property
    def rank(self) -> int:
        """Position on the one-way road; a state may replace only a lower rank."""
        return _RANKS[self]


_RANKS = {
    MessageState.QUEUED: 0,
    MessageState.SENDING: 1,
    MessageState.UNKNOWN: 2,
    MessageState.SENT: 3,
    MessageState.REACHED: 4,
    MessageState.READ: 5,
    MessageState.CLICKED: 6,
    MessageState.REPLIED: 7,
    MessageState.BOUNCED: 8,
    MessageState.REFUSED: 8,
    MessageState.CANCELLED: 8,
    MessageState.COMPLAINED: 9,
}


class Skip(StrEnum):
    """Why a due action became no message. Counted, and shown in the desk."""

    #: No journey step of this merchant answers the trigger (or it is switched off).
    NO_JOURNEY = "no_journey"
    #: The shipment moved past this moment before we learnt of it.
    SUPERSEDED = "superseded"
    #: The scan is older than the moment stays worth telling.
    TOO_OLD = "too_old"
    #: The shipment belongs to no order we know, so there is nobody to tell.
    NO_ORDER = "no_order"
    #: The customer has no address on any channel the step allows.
    NO_ADDRESS = "no_address"
    #: No connected provider for any channel the step allows.
    NO_CHANNEL = "no_channel"
    #: Marketing without consent, or service consent withdrawn.
    NO_CONSENT = "no_consent"
    #: The provider lets only an approved template through now, and there is none (or it is paused).
    NOT_APPROVED = "not_approved"
    #: The address is suppressed (bounced, complained, unsubscribed, STOP).
    SUPPRESSED = "suppressed"
    #: The frequency cap for this customer is reached.
    CAPPED = "capped"
    #: Joined into another message (several parcels of one order).
    DIGESTED = "digested"
    #: The customer switched this topic off in the preferences.
    OPTED_OUT = "opted_out"
    #: The order was cancelled.
    ORDER_CANCELLED = "order_cancelled"
    #: The template could not be rendered; the desk shows the error.
    BAD_TEMPLATE = "bad_template"
