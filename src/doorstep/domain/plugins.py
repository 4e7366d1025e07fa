"""The plug-in records: carrier, shop, channel, helpdesk. A plug-in parses and yields requests; it does no I/O."""

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.errands import ErrandOrder, Try
from doorstep.domain.helpdesks import Heard, HelpdeskTry
from doorstep.domain.labels import Booked, LabelWish, MadeLabel, Quote
from doorstep.domain.messages import Attachment, Message, Receipt, Reply, TemplateNews
from doorstep.domain.orders import Fulfilment, Order, Refund
from doorstep.domain.tracking import Parsed
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy, Unfetched


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a merchant must give; the form, the docs page and the check come from it."""

    name: str
    #: For the form, in English, one line.
    label: str
    #: Encrypted at rest, never shown again.
    secret: bool = False
    required: bool = True
    default: str | None = None
    #: One example, shown in the form and the docs.
    example: str = ""
    #: 64 bytes of chance → a value, where none was given: Doorstep makes it itself when the connection is made. None: the merchant gives it.
    made: Callable[[bytes], str] | None = None
    #: Takes several, new ones first, with a space between, so that one is replaced without a gap.
    rotates: bool = False


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes as received, and what came with them."""

    body: bytes
    #: Names lower case.
    headers: Mapping[str, str] = {}
    #: The public address that was called, with its query; "" for a file.
    url: str = ""
    content_type: str = ""


#: Setting name → value, secrets decrypted.
Settings = Mapping[str, str]


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """How one carrier or aggregator is read."""

    slug: str
    #: As customers know it.
    name: str
    #: bytes → what they say. Raises BadInputError and nothing else.
    parse: Callable[[Raw], Parsed]
    #: Checks the signature of a webhook. Raises BadSignatureError (sender), MisconfiguredError (no secret) and nothing else. None: this sender signs nothing; the hook's unguessable address is the only proof.
    verify: Callable[[Raw, Settings, datetime], None] | None = None
    settings: tuple[Setting, ...] = ()
    #: `parse` where the connection's settings tell what the bytes mean (a partner's slug, a code table). Raises BadInputError, MisconfiguredError and nothing else. None: they tell nothing.
    parse_with: Callable[[Raw, Settings], Parsed] | None = None
    #: The sender's own id of a delivery, for once-only keeping; None: the body's hash is the key.
    delivery_id: Callable[[Raw], str | None] | None = None
    #: Public tracking page with "{number}" in it; None: none known.
    tracking_url: str | None = None
    #: True for aggregators: `Checkpoint.carrier` then names others.
    aggregates: bool = False
    #: How it is asked about numbers; None: it only tells by itself.
    asking: "Asking | None" = None
    #: How it is told what is to become of a parcel under way; None: it takes no such word by an interface we know.
    errands: "Errands | None" = None
    #: How it makes labels for the way back; None: it makes none.
    labelling: "Labelling | None" = None


class OrderSeen(msgspec.Struct, frozen=True):
    """A full snapshot of an order."""

    order: Order


class FulfilmentSeen(msgspec.Struct, frozen=True):
    """A snapshot of one fulfilment, whose order may not have arrived yet."""

    order_external_id: str
    fulfilment: Fulfilment


class RefundSeen(msgspec.Struct, frozen=True):
    """A refund, whose order may not have arrived yet."""

    order_external_id: str
    refund: Refund


class ProductSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A full snapshot of a product: what is not among its variants is no longer to be had."""

    product_id: str
    #: When the shop says it stood so, aware UTC; None: at the moment of receipt.
    told_at: datetime | None = None
    #: `stock` is what lies there.
    variants: tuple[KnownVariant, ...] = ()


OrderFact = OrderSeen | FulfilmentSeen | RefundSeen
ShopFact = OrderFact | ProductSeen


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """How one order source is read."""

    slug: str
    name: str
    #: bytes (and headers: the topic) → facts. Raises BadInputError and nothing else. An unused topic is ().
    parse: Callable[[Raw], tuple[ShopFact, ...]]
    verify: Callable[[Raw, Settings, datetime], None] | None = None
    settings: tuple[Setting, ...] = ()
    delivery_id: Callable[[Raw], str | None] | None = None
    #: How it is told to cancel, change, refund; None: it takes no such word by an interface we know.
    errands: "Errands | None" = None
    #: `parse` where the connection's settings tell what the bytes mean (the currency of prices). Raises BadInputError, MisconfiguredError and nothing else. None: they tell nothing.
    parse_with: Callable[[Raw, Settings], tuple[ShopFact, ...]] | None = None


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP call a plug-in wants made. The one client sends it, with time-outs and without redirects."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    #: Sending it twice has no second effect (an idempotency key, or a read).
    repeatable: bool = False
    #: The address came from a merchant: private networks are refused.
    guarded: bool = False
    #: So many bytes of the answer are kept, the rest is not read.
    most_bytes: int = 1_048_576
    #: The answer never changes: a good one may be kept and given again without asking.
    lasting: bool = False
    #: A certificate with its private key, PEM, by which the caller shows itself in TLS; "": it does not.
    certificate: str = ""


class SmtpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One mail a channel wants handed to an SMTP server, or the question whether the server would take one."""

    host: str
    port: int
    username: str | None
    password: str | None
    #: "none", "starttls" or "tls".
    security: str
    envelope_from: str = ""
    envelope_to: str = ""
    content: bytes = b""
    #: Nothing is handed over: the server is greeted, logged in to and asked for nothing (NOOP), then left.
    greets: bool = False


class ImapRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox whose unseen mails a channel wants read."""

    host: str
    port: int
    username: str
    password: str
    folder: str
    #: "none", "starttls" or "tls".
    security: str


Request = HttpRequest | SmtpRequest


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What came back; for SMTP the reply code and its text."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    #: False: the body broke off before its end, or went on after `most_bytes`.
    whole: bool = True


class Asked(msgspec.Struct, frozen=True):
    """A tracking number to ask about."""

    tracking_number: str
    #: Slug of who carries it, for aggregators; "unknown" where untold.
    carrier: str = "unknown"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes as a carrier answered them, for its own `parse`."""

    body: bytes
    content_type: str = "application/json"
    #: Path that was asked, without a slash before it, where the parser needs it to know the number; "" elsewhere.
    url: str = ""


class Token(msgspec.Struct, frozen=True):
    """What a carrier gives in exchange for a client's id and secret."""

    value: str
    #: Seconds from now for which it is good.
    lasts_s: float


#: Yields requests, is sent responses, returns the answers as received. Raises BadInputError (refused as it stands: a number in it is
#: at fault), TryLaterError, MisconfiguredError and nothing else.
AskFlow = Generator[HttpRequest, Response, tuple[Answer, ...]]
#: The same for a token. Raises TryLaterError, MisconfiguredError and nothing else.
TokenFlow = Generator[HttpRequest, Response, Token]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """How a carrier is asked about tracking numbers."""

    #: Numbers (`most_per_call` at most), settings, token ("" where `token` is None), now → the flow.
    ask: Callable[[Sequence[Asked], Settings, str, datetime], AskFlow]
    #: Names of the settings without which nothing is asked.
    needs: tuple[str, ...]
    most_per_call: int = 1
    #: Calls a second that one credential may make for ever, and how many at once after a rest; their source stands beside them.
    rate_per_s: float
    burst: int = 1
    #: Settings, now → a new token; kept sealed until it ends. None: the settings themselves are the credential.
    token: Callable[[Settings, datetime], TokenFlow] | None = None
    #: Slugs of other carriers whose numbers it answers for, where they are not connected themselves.
    also: frozenset[str] = frozenset()


#: Yields requests, is sent responses, returns what a label would cost. Raises BadInputError (an address or a size is at fault, or nobody
#: carries it), TryLaterError, MisconfiguredError and nothing else.
QuoteFlow = Generator[HttpRequest, Response, Quote]
#: The same for a label. Raises UnknownOutcomeError too: it may have been bought.
LabelFlow = Generator[HttpRequest, Response, MadeLabel]
#: The same for taking one back: whether its money comes back (False: it was used, or this provider does not give it back).
VoidFlow = Generator[HttpRequest, Response, bool]
#: The same for a pick-up.
PickupFlow = Generator[HttpRequest, Response, Booked]


class Labelling(msgspec.Struct, frozen=True, kw_only=True):
    """How a carrier or aggregator makes labels for the way back."""

    #: What is wanted, settings, now → the cheapest that fits. Buys nothing and may be repeated.
    quote: Callable[[LabelWish, Settings, datetime], QuoteFlow]
    #: The quote, what is wanted, settings, now → the label. Looks first whether it was bought before, so that it may be repeated after a lost answer.
    buy: Callable[[Quote, LabelWish, Settings, datetime], LabelFlow]
    #: Names of the settings without which no label is made.
    needs: tuple[str, ...] = ()
    #: The label's `provider_id`, settings, now → whether its money comes back. May be repeated. None: there is nothing to take back.
    void: Callable[[str, Settings, datetime], VoidFlow] | None = None
    #: The quote, what is wanted, settings, now → a booked pick-up; after `buy`. None: nobody is sent.
    pickup: Callable[[Quote, LabelWish, Settings, datetime], PickupFlow] | None = None


#: Yields requests, is sent responses, returns the receipt. Raises RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError and nothing else.
Flow = Generator[Request, Response, Receipt]


class Errands(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop or a carrier is made to do something, by its own published interface."""

    #: Names of the settings without which nothing is asked of it.
    needs: tuple[str, ...]
    #: Whether it can do this one; where it cannot, another way is taken. Raises nothing.
    takes: Callable[[ErrandOrder, Settings], bool]
    #: A try, settings, now → the flow. Its receipt says REACHED: it is done (`provider_id`: the other's id of what was made), or SENT: it
    #: is taken, and done later. RefusedError is the other's no.
    run: Callable[[Try, Settings, datetime], Flow]
    #: Kinds of which a second try does nothing twice: by the other's idempotency key, or because the flow asks first what was done.
    #: Of the others a lost answer leaves the outcome unknown, and a human looks.
    repeatable: frozenset[ErrandKind]
    #: Most calls a second per connection; None: the flow obeys what the answers say.
    rate_per_s: float | None = None


class OnUnknown(StrEnum):
    """What to do when a lost answer leaves it open whether a message left."""

    #: Never send again; wait for a receipt, else stay unknown. For what must not come twice.
    WAIT = "wait"
    #: Send again under the same idempotency key.
    REPEAT = "repeat"


class Inbound(msgspec.Struct, frozen=True):
    """What a provider's webhook brought."""

    receipts: tuple[Receipt, ...] = ()
    replies: tuple[Reply, ...] = ()
    templates: tuple[TemplateNews, ...] = ()
    #: What the provider says is wrong with the whole connection, for its owners; "": nothing.
    fault: str = ""
    #: `fault` is such that nothing can be sent: the connection is paused.
    stops: bool = False


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template to be shown to a provider for approval."""

    #: Lower case, digits and underscores.
    name: str
    #: As the provider writes it: "en_US".
    language: str
    #: With {{1}}, {{2}} …
    body: str
    #: One example for each of them.
    examples: tuple[str, ...] = ()
    #: Title of the link button and its address with {{1}} at its end; None: none.
    link_title: str | None = None
    link_base: str | None = None
    #: Titles of quick replies.
    choices: tuple[str, ...] = ()


#: Yields requests, is sent responses, returns what stands. Raises TryLaterError, MisconfiguredError, RefusedError and nothing else.
TemplateFlow = Generator[HttpRequest, Response, tuple[TemplateNews, ...]]


class Approving(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider is told of templates and asked what became of them."""

    #: Settings → every template of this account and how it stands.
    listed: Callable[[Settings], TemplateFlow]
    #: A template, settings → how it stands now that it is handed in.
    submit: Callable[[Template, Settings], TemplateFlow]


class ProviderCode(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a provider, what it means, and who must act; the pages of codes under docs/reference are made from these."""

    #: As the provider writes it; where it has several lists, the list's name, a colon, the code ("dlr:9"). In the answer of a mail server:
    #: words that stand in it, lower case.
    code: str
    #: One line, lower case, no full stop, no personal data; shown to the merchant.
    meaning: str
    #: What becomes of the message; None: it answers our own call, or the status beside it says.
    state: MessageState | None = None
    #: None: nothing is to be done.
    remedy: Remedy | None = None
    #: Why the address is suppressed ("bounced", "complained", "unsubscribed", "stop"); None: it is not, and `remedy` is not SUPPRESS.
    suppress: str | None = None


#: Yields requests, is sent responses, returns the body to keep. Raises BadInputError, BadSignatureError, TryLaterError,
#: MisconfiguredError and nothing else.
IntakeFlow = Generator[HttpRequest, Response, bytes]


#: Yields requests, is sent responses, returns a file's bytes or why there are none. Raises TryLaterError, MisconfiguredError (the
#: credentials are missing, wrong or lack a permission) and nothing else.
FileFlow = Generator[HttpRequest, Response, bytes | Unfetched]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """How one provider carries messages."""

    slug: str
    name: str
    kind: ChannelKind
    settings: tuple[Setting, ...] = ()
    #: Message, settings, now, our own public base address → the flow.
    send: Callable[[Message, Settings, datetime, str], Flow]
    on_unknown: OnUnknown = OnUnknown.WAIT
    #: Says of every message that arrives that it has; where it stays silent, another channel may be tried.
    reports_reached: bool = False
    #: Most calls a second per connection that the provider takes; None: unlimited.
    rate_per_s: float | None = None
    #: A provider's webhook → receipts and replies. Raises BadInputError and nothing else. None: it sends none.
    read: Callable[[Raw, Settings], Inbound] | None = None
    verify: Callable[[Raw, Settings, datetime], None] | None = None
    #: The body to answer a webhook with (content type, bytes); None: empty 200.
    answer: tuple[str, bytes] | None = None
    #: Answers the provider's GET that asks whether the hook is ours: raw (its url with the query), settings → the body to answer with.
    #: Raises BadSignatureError, MisconfiguredError and nothing else. None: it asks no such thing.
    greet: Callable[[Raw, Settings], bytes] | None = None
    #: The provider may call the hook by GET too, all it says in the query; kept and read as a POST with an empty body.
    by_get: bool = False
    #: How templates are approved; None: the channel needs no approval.
    approving: Approving | None = None
    #: Free text goes only to a person who wrote within so many seconds; None: at any time.
    window_s: int | None = None
    #: Settings → free text may go outside the window too (the provider makes a template of it).
    direct: Callable[[Settings], bool] | None = None
    #: Asks whether the settings work without writing to anybody: settings, now → the flow; its receipt's text says what it found.
    #: None: only a test message can tell.
    probe: Callable[[Settings, datetime], Flow] | None = None
    #: Where checking or understanding what came in takes calls (a certificate, a confirmation, the mail itself): after `verify`, before
    #: anything is kept. Raw, settings, now → the flow. None: what came in is kept as it is.
    intake: Callable[[Raw, Settings, datetime], IntakeFlow] | None = None
    #: Fetches a file that a reply names by `url` or `media_id`: the attachment, settings, now → the flow. None: files come with the webhook.
    fetch: Callable[[Attachment, Settings, datetime], FileFlow] | None = None
    #: The sender's own id of a delivery, for once-only keeping; None: the body's hash is the key.
    delivery_id: Callable[[Raw], str | None] | None = None
    #: Bytes of a webhook at most; more where mails with files come in.
    most_bytes: int = 2_000_000
    #: Settings → the mailbox in which answers and bounces arrive; None, or no function: there is none to be read.
    mailbox: Callable[[Settings], ImapRequest | None] | None = None
    #: Settings, address → whether nobody can answer what is sent there from here (a name as the sender); raises nothing. None: everybody can.
    one_way: Callable[[Settings, str], bool] | None = None
    #: What the provider's codes mean: the table that the channel itself reads.
    codes: tuple[ProviderCode, ...] = ()
    #: Where the codes were read, when, and how they are written, for the docs; "" where it stands beside the table.
    codes_source: str = ""


#: A try at something to be done at a helpdesk, settings, now → the flow. Its receipt says REACHED: it is done (`provider_id`: the
#: helpdesk's id of the conversation). RefusedError is the helpdesk's no, or there is no such conversation there any more.
HelpdeskFlow = Callable[[HelpdeskTry, Settings, datetime], Flow]


class Helpdesk(msgspec.Struct, frozen=True, kw_only=True):
    """How a helpdesk, in which a merchant's agents work, is given conversations and what it says of them."""

    slug: str
    name: str
    settings: tuple[Setting, ...]
    #: Each may be tried again after a lost answer: it looks first for what it made before.
    open: HelpdeskFlow
    say: HelpdeskFlow
    note: HelpdeskFlow
    close: HelpdeskFlow
    reopen: HelpdeskFlow
    #: bytes of its webhook → what it says. Raises BadInputError and nothing else. What nobody here needs is ().
    read: Callable[[Raw, Settings], tuple[Heard, ...]]
    #: Checks the signature of a webhook. Raises BadSignatureError (sender), MisconfiguredError (no secret) and nothing else.
    verify: Callable[[Raw, Settings, datetime], None]
    #: The sender's own id of a delivery, for once-only keeping; None: the body's hash is the key.
    delivery_id: Callable[[Raw], str | None] | None = None
    #: Asks whether the settings work without writing anything: settings, now → the flow; its receipt's text says what it found.
    probe: Callable[[Settings, datetime], Flow]
    #: The helpdesk's id of a conversation, settings → the page on which agents see it; "" where the settings do not tell.
    page: Callable[[str, Settings], str]
    #: Most calls a second per connection; None: the flow obeys what the answers say.
    rate_per_s: float | None = None
