"""What a customer may ask for, and what each such action needs, changes and tells: closed words."""

from enum import IntEnum, StrEnum


class ActionKind(StrEnum):
    """One thing a customer may ask for, by whatever way: a button, a talk, a model, an agent."""

    FIND_ORDER = "find_order"
    READ_ORDER = "read_order"
    READ_PRODUCT = "read_product"
    READ_PROFILE = "read_profile"
    CANCEL_ORDER = "cancel_order"
    #: Another delivery address, before the goods have left.
    CHANGE_ADDRESS = "change_address"
    #: Another variant of the same product, before the goods have left.
    CHANGE_ITEMS = "change_items"
    CHANGE_PAYMENT = "change_payment"
    RESCHEDULE = "reschedule"
    #: Another address, while the parcel is under way.
    REDIRECT = "redirect"
    PICKUP_POINT = "pickup_point"
    SAFE_PLACE = "safe_place"
    HOLD = "hold"
    CONFIRM_AVAILABILITY = "confirm_availability"
    CONFIRM_COD = "confirm_cod"
    #: Goods go back for money, for store credit, or for nothing at all where the shop lets them be kept.
    OPEN_RETURN = "open_return"
    OPEN_EXCHANGE = "open_exchange"
    #: A return or an exchange that has not been handed to the carrier.
    CANCEL_RETURN = "cancel_return"
    OPEN_CLAIM = "open_claim"
    ASK_INVOICE = "ask_invoice"
    CHANGE_PROFILE = "change_profile"
    TALK_TO_HUMAN = "talk_to_human"


class Assurance(IntEnum):
    """How sure it is who asks; a higher one includes the lower."""

    #: Anybody.
    NONE = 0
    #: Came by an unguessable link of ours, or wrote from the address on the order.
    LINK = 1
    #: Told what only the customer should know: order number and e-mail, or e-mail, or name and post code.
    KNOWLEDGE = 2
    #: Typed a one-time code that went to the contact on file.
    CODE = 3
    #: The shop says so, by its own signed log-in; or an agent of the shop acts.
    LOGIN = 4


class Weight(StrEnum):
    """How heavy the consequence of an action is."""

    READ = "read"
    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"
    MONEY = "money"


class Outside(StrEnum):
    """Who beside us has to do something."""

    SHOP = "shop"
    CARRIER = "carrier"
    PAYMENT = "payment"
    WAREHOUSE = "warehouse"


class Remedy(StrEnum):
    """What the customer gets."""

    #: Money, to the method that paid or another that the policy lets.
    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    #: Another variant of the same product, for what comes back.
    EXCHANGE = "exchange"
    #: The same once more, nothing comes back.
    REPLACEMENT = "replacement"


class ClaimKind(StrEnum):
    """What is wrong with what came, or did not come."""

    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    LOST = "lost"
    #: The carrier says it is there, the customer says it is not.
    NOT_RECEIVED = "not_received"


class CaseKind(StrEnum):
    """What became of an action that somebody has to carry through."""

    RETURN = "return"
    EXCHANGE = "exchange"
    CLAIM = "claim"
    #: Cancel, address, items, payment, invoice: the shop does it.
    ORDER_CHANGE = "order_change"
    #: Another day, place or way of delivery: the carrier does it, or the shop asks it to.
    DELIVERY_CHANGE = "delivery_change"


class CaseState(StrEnum):
    """How far a case is."""

    #: Asked; a human has to decide.
    REQUESTED = "requested"
    APPROVED = "approved"
    #: A label, code or pick-up stands ready; the customer has to act.
    LABEL_READY = "label_ready"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTED = "inspected"
    #: Passed on to the carrier or the shop; its answer is awaited.
    PASSED_ON = "passed_on"
    #: Money, credit or goods are under way to the customer.
    SETTLING = "settling"
    #: Ends well: refunded, exchanged, credited, done.
    CLOSED = "closed"
    REFUSED = "refused"
    #: Taken back by the customer.
    CANCELLED = "cancelled"
    #: Nothing came in time.
    EXPIRED = "expired"


#: States that a case does not leave.
ENDED = frozenset({CaseState.CLOSED, CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})


class Disposition(StrEnum):
    """What becomes of a returned item."""

    RESTOCK = "restock"
    REFURBISH = "refurbish"
    RETURN_TO_VENDOR = "return_to_vendor"
    DONATE = "donate"
    DISPOSE = "dispose"
    #: Never came, or something else came.
    NOT_THERE = "not_there"


class MethodKind(StrEnum):
    """By what money comes and goes."""

    CARD = "credit_card"
    PAYPAL = "paypal"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    COD = "cod"
    OTHER = "other"


class OrderState(StrEnum):
    """How far an order is, as far as actions care."""

    #: Nothing has been packed.
    PENDING = "pending"
    #: Packed or under way, nothing has arrived.
    PROCESSED = "processed"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
