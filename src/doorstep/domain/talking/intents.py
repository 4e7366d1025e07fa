"""What customers want when they write: closed words, each with its meaning in one English sentence."""

from enum import StrEnum


class Intent(StrEnum):
    """One thing that a customer may want; before the dot stands what it is about."""

    # Where it is and when it comes.
    TRACK_WHERE = "track.where"
    TRACK_WHEN = "track.when"
    TRACK_LATE = "track.late"
    TRACK_NUMBER = "track.number"
    TRACK_NOT_RECEIVED = "track.not_received"
    TRACK_FAILED_ATTEMPT = "track.failed_attempt"
    TRACK_CUSTOMS = "track.customs"
    # How the parcel is brought.
    DELIVERY_RESCHEDULE = "delivery.reschedule"
    DELIVERY_ADDRESS = "delivery.address"
    DELIVERY_PICKUP_POINT = "delivery.pickup_point"
    DELIVERY_SAFE_PLACE = "delivery.safe_place"
    DELIVERY_HOLD = "delivery.hold"
    DELIVERY_AVAILABILITY = "delivery.availability"
    DELIVERY_FASTER = "delivery.faster"
    DELIVERY_COD = "delivery.cod"
    # The order itself.
    ORDER_CANCEL = "order.cancel"
    ORDER_CHANGE_ITEMS = "order.change_items"
    ORDER_CHANGE_PAYMENT = "order.change_payment"
    ORDER_DETAILS = "order.details"
    ORDER_CONFIRMATION = "order.confirmation"
    ORDER_PLACE = "order.place"
    # Goods that go back.
    RETURN_START = "return.start"
    RETURN_POLICY = "return.policy"
    RETURN_LABEL = "return.label"
    RETURN_STATUS = "return.status"
    RETURN_CANCEL = "return.cancel"
    EXCHANGE_START = "exchange.start"
    REFUND_ASK = "refund.ask"
    REFUND_STATUS = "refund.status"
    # Something is wrong with what came.
    CLAIM_DAMAGED = "claim.damaged"
    CLAIM_WRONG_ITEM = "claim.wrong_item"
    CLAIM_MISSING_ITEM = "claim.missing_item"
    WARRANTY_CLAIM = "warranty.claim"
    # Money and papers.
    INVOICE_ASK = "invoice.ask"
    PAYMENT_METHODS = "payment.methods"
    PAYMENT_PROBLEM = "payment.problem"
    PAYMENT_DISCOUNT = "payment.discount"
    # The customer's account and data.
    ACCOUNT_OPEN = "account.open"
    ACCOUNT_LOGIN = "account.login"
    ACCOUNT_CHANGE = "account.change"
    ACCOUNT_DELETE = "account.delete"
    ACCOUNT_DATA = "account.data"
    MESSAGES_STOP = "messages.stop"
    MESSAGES_START = "messages.start"
    # The shop and what it sells.
    SHOP_CONTACT = "shop.contact"
    SHOP_HOURS = "shop.hours"
    SHOP_STORES = "shop.stores"
    SHOP_SHIPPING_COST = "shop.shipping_cost"
    SHOP_SHIPPING_AREA = "shop.shipping_area"
    SHOP_SHIPPING_TIME = "shop.shipping_time"
    SHOP_STOCK = "shop.stock"
    SHOP_PRODUCT = "shop.product"
    SHOP_ADVICE = "shop.advice"
    SHOP_PRICE = "shop.price"
    SHOP_GENUINE = "shop.genuine"
    SHOP_WARRANTY = "shop.warranty"
    SHOP_LOYALTY = "shop.loyalty"
    SHOP_BUSINESS = "shop.business"
    # What they think, and people.
    FEEDBACK_PRAISE = "feedback.praise"
    FEEDBACK_COMPLAINT = "feedback.complaint"
    FEEDBACK_REVIEW = "feedback.review"
    HUMAN = "human.agent"
    # Small talk.
    TALK_HELLO = "talk.hello"
    TALK_THANKS = "talk.thanks"
    TALK_BYE = "talk.bye"
    TALK_ABILITIES = "talk.abilities"
    TALK_BOT = "talk.bot"
    TALK_MOOD = "talk.mood"


#: Intent → its meaning, for the desk, the docs and models; the same words tell apart what lies near.
MEANINGS: dict[Intent, str] = {
    Intent.TRACK_WHERE: "Where the order or parcel is now, or what its status is.",
    Intent.TRACK_WHEN: "On which day or at what time it will come.",
    Intent.TRACK_LATE: "It is late, does not move, or did not come on the promised day.",
    Intent.TRACK_NUMBER: "The tracking number or link itself, or one that does not work.",
    Intent.TRACK_NOT_RECEIVED: "It is said to be delivered, and is not there; or it is lost.",
    Intent.TRACK_FAILED_ATTEMPT: "The courier came and nobody was there, or left a card, or says so.",
    Intent.TRACK_CUSTOMS: "Customs, duties, import papers of a parcel under way.",
    Intent.DELIVERY_RESCHEDULE: "Have it come on another day or at another time.",
    Intent.DELIVERY_ADDRESS: "Have it go to another address, or put the address right.",
    Intent.DELIVERY_PICKUP_POINT: "Have it brought to a pick-up point, locker, shop or post office, or fetch it oneself.",
    Intent.DELIVERY_SAFE_PLACE: "Have it left somewhere or with a neighbour; what the courier should know.",
    Intent.DELIVERY_HOLD: "Have it kept until later, for a holiday.",
    Intent.DELIVERY_AVAILABILITY: "Somebody will be there, or nobody will.",
    Intent.DELIVERY_FASTER: "Have it sooner: it is urgent, send it today, express.",
    Intent.DELIVERY_COD: "About paying cash at the door for an order that was placed.",
    Intent.ORDER_CANCEL: "Cancel the order.",
    Intent.ORDER_CHANGE_ITEMS: "Change what was ordered: another size or colour, more, fewer.",
    Intent.ORDER_CHANGE_PAYMENT: "Pay a placed order by another method.",
    Intent.ORDER_DETAILS: "What was ordered, when, for how much; past orders.",
    Intent.ORDER_CONFIRMATION: "Whether the order went through, no confirmation came.",
    Intent.ORDER_PLACE: "Buy something, how to order.",
    Intent.RETURN_START: "Send something back.",
    Intent.RETURN_POLICY: "Whether and how things can be sent back or exchanged, how long, at whose cost.",
    Intent.RETURN_LABEL: "The label, code or slip of a return, or where to bring it.",
    Intent.RETURN_STATUS: "Whether what was sent back has arrived, how far a return is.",
    Intent.RETURN_CANCEL: "Keep what was to go back.",
    Intent.EXCHANGE_START: "Get another size, colour or model for what came.",
    Intent.REFUND_ASK: "Get money back.",
    Intent.REFUND_STATUS: "Where the money is, when it comes.",
    Intent.CLAIM_DAMAGED: "It came broken, damaged, spoilt.",
    Intent.CLAIM_WRONG_ITEM: "Something else came than was ordered.",
    Intent.CLAIM_MISSING_ITEM: "Something was missing in what came.",
    Intent.WARRANTY_CLAIM: "It stopped working or has a fault; have it repaired.",
    Intent.INVOICE_ASK: "An invoice, receipt or bill.",
    Intent.PAYMENT_METHODS: "By what one can pay: cards, instalments, cash on delivery.",
    Intent.PAYMENT_PROBLEM: "Paying failed, was charged twice or wrongly.",
    Intent.PAYMENT_DISCOUNT: "Codes, vouchers, offers, sales.",
    Intent.ACCOUNT_OPEN: "Make an account, sign up.",
    Intent.ACCOUNT_LOGIN: "Logging in, password, site or app does not work.",
    Intent.ACCOUNT_CHANGE: "Change name, e-mail, telephone or address of the account.",
    Intent.ACCOUNT_DELETE: "Delete the account or all personal data.",
    Intent.ACCOUNT_DATA: "A copy of the personal data, what is kept.",
    Intent.MESSAGES_STOP: "Get no more messages, newsletters, calls.",
    Intent.MESSAGES_START: "Get messages or the newsletter.",
    Intent.SHOP_CONTACT: "A telephone number, e-mail or other way to reach the shop.",
    Intent.SHOP_HOURS: "When the shop or its support is open.",
    Intent.SHOP_STORES: "Where its stores are, whether it has one nearby.",
    Intent.SHOP_SHIPPING_COST: "What delivery costs, from which amount it is free.",
    Intent.SHOP_SHIPPING_AREA: "Whether it delivers to a place, post code or country.",
    Intent.SHOP_SHIPPING_TIME: "How long delivery takes in general; ways of delivery.",
    Intent.SHOP_STOCK: "Whether something is in stock, when it comes back.",
    Intent.SHOP_PRODUCT: "What a product is, does, holds, fits; how it is used; variants.",
    Intent.SHOP_ADVICE: "Which product to choose, what size, a recommendation, a consultation.",
    Intent.SHOP_PRICE: "What something costs.",
    Intent.SHOP_GENUINE: "Whether goods are original, fresh, safe, certified; the expiry date.",
    Intent.SHOP_WARRANTY: "What warranty or trial there is, how long.",
    Intent.SHOP_LOYALTY: "Points, rewards, referring friends, gift cards' balance.",
    Intent.SHOP_BUSINESS: "Reselling, wholesale, franchise, partnership, jobs.",
    Intent.FEEDBACK_PRAISE: "It was good.",
    Intent.FEEDBACK_COMPLAINT: "Unhappy with the shop, its service or its couriers, in general.",
    Intent.FEEDBACK_REVIEW: "Leave a review or an opinion.",
    Intent.HUMAN: "Speak with a person.",
    Intent.TALK_HELLO: "A greeting and nothing else.",
    Intent.TALK_THANKS: "Thanks.",
    Intent.TALK_BYE: "Good-bye, that was all.",
    Intent.TALK_ABILITIES: "What one can get help with here.",
    Intent.TALK_BOT: "Whether this is a machine, its name.",
    Intent.TALK_MOOD: "How are you, jokes, chat about nothing.",
}


class Act(StrEnum):
    """What an utterance does in the talk, beside what it wants."""

    YES = "yes"
    NO = "no"
    #: Takes back what was said before: "no, the blue one".
    CORRECTION = "correction"
    #: Drops what is going on: "never mind".
    DROP = "drop"
    #: Does not care which: "whichever", "any of them".
    ANY = "any"
    #: Every one of them: "all of it".
    ALL = "all"
    #: Did not understand, asks to say it again.
    REPEAT = "repeat"
    #: Does not have or know what was asked for.
    UNKNOWN = "unknown"
    THANKS = "thanks"
    ANGER = "anger"
    #: Wants a human.
    HUMAN = "human"
    #: Abuse that asks for nothing.
    ABUSE = "abuse"
    #: May do themselves harm.
    DANGER = "danger"
    #: Speaks of lawyers, courts, the police.
    LEGAL = "legal"
