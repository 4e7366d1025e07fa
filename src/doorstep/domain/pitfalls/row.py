"""One row of the catalogue of delivery problems → its shape, and the closed words its columns are written in."""

from enum import StrEnum

import msgspec

from doorstep.domain.vocabulary import Actor


class Family(StrEnum):
    """What tells us of a problem."""

    #: A carrier's scan.
    EVENT = "event"
    #: That no scan comes, for longer than such gaps last.
    SILENCE = "silence"
    #: That what is expected is later than what was promised.
    PREDICTION = "prediction"
    #: Two things we were told that cannot both be so.
    CONFLICT = "conflict"
    #: The customer says so.
    WORD = "word"


class Severity(StrEnum):
    """How much a problem matters; from least to most."""

    #: Worth knowing; the parcel goes on by itself.
    INFO = "info"
    #: The customer will notice.
    LOW = "low"
    #: The delivery fails unless somebody acts.
    HIGH = "high"
    #: The goods or the customer's trust are as good as lost.
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position from least (0) to most."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Culprit(StrEnum):
    """Where a problem comes from, as far as its kind tells."""

    CARRIER = "carrier"
    SHOP = "shop"
    CUSTOMER = "customer"
    CUSTOMS = "customs"
    #: Weather, holidays, strikes elsewhere.
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class NextStep(StrEnum):
    """The next best step of whoever must act."""

    WAIT = "wait"
    TELL_CUSTOMER = "tell_customer"
    ASK_CARRIER = "ask_carrier"
    OPEN_SEARCH = "open_search"
    FILE_CLAIM = "file_claim"
    HAND_OVER = "hand_over"
    MAKE_LABEL = "make_label"
    BOOK_COLLECTION = "book_collection"
    CHECK_NUMBER = "check_number"
    SEND_PAPERS = "send_papers"
    CORRECT_ADDRESS = "correct_address"
    PAY_CHARGE = "pay_charge"
    AGREE_DELIVERY = "agree_delivery"
    COLLECT = "collect"
    ASK_FOR_PROOF = "ask_for_proof"
    STOP_PARCEL = "stop_parcel"
    DECIDE_RETURN = "decide_return"
    REPLACE_OR_REFUND = "replace_or_refund"

    @property
    def sentence(self) -> str:
        """What to do, in English, for whoever works at the desk."""
        return _STEPS[self][0]

    @property
    def sentence_es(self) -> str:
        """The same in Spanish."""
        return _STEPS[self][1]


_STEPS = {
    NextStep.WAIT: ("Nothing to do yet; it should go on by itself.", "Nada que hacer por ahora; debería seguir por sí solo."),
    NextStep.TELL_CUSTOMER: ("Tell the customer the new date.", "Comunica la nueva fecha al cliente."),
    NextStep.ASK_CARRIER: ("Ask the carrier what happened and when it goes on.", "Pregunta al transportista qué pasó y cuándo sigue."),
    NextStep.OPEN_SEARCH: ("Open a search with the carrier.", "Abre una búsqueda con el transportista."),
    NextStep.FILE_CLAIM: (
        "File a claim with the carrier; replace the goods or refund the customer.",
        "Reclama al transportista; repón el producto o devuelve el dinero.",
    ),
    NextStep.HAND_OVER: ("Find the parcel and hand it over to the carrier.", "Busca el paquete y entrégalo al transportista."),
    NextStep.MAKE_LABEL: ("Make a new label and hand the parcel over with it.", "Haz una etiqueta nueva y entrega el paquete con ella."),
    NextStep.BOOK_COLLECTION: ("Book another collection, or drop the parcel off.", "Pide otra recogida o lleva el paquete tú."),
    NextStep.CHECK_NUMBER: (
        "Compare the tracking number with the label and correct it in the shop.",
        "Compara el número con la etiqueta y corrígelo en la tienda.",
    ),
    NextStep.SEND_PAPERS: (
        "Send the missing data or papers to the carrier.",
        "Envía al transportista los datos o documentos que faltan.",
    ),
    NextStep.CORRECT_ADDRESS: (
        "Get the full address from the customer and pass it to the carrier.",
        "Pide la dirección completa al cliente y pásala al transportista.",
    ),
    NextStep.PAY_CHARGE: ("Have the charge paid to the carrier.", "Haz que se pague el cargo al transportista."),
    NextStep.AGREE_DELIVERY: (
        "Agree another time or a pick-up point with the customer.",
        "Acuerda con el cliente otra hora o un punto de recogida.",
    ),
    NextStep.COLLECT: ("Remind the customer to collect the parcel.", "Recuerda al cliente que recoja el paquete."),
    NextStep.ASK_FOR_PROOF: (
        "Ask the carrier for its proof of delivery, and the customer to look around.",
        "Pide al transportista la prueba de entrega y al cliente que mire alrededor.",
    ),
    NextStep.STOP_PARCEL: (
        "Ask the carrier to stop the parcel and bring it back.",
        "Pide al transportista que detenga y devuelva el paquete.",
    ),
    NextStep.DECIDE_RETURN: (
        "Ask the customer: send it again or refund; watch for the goods to come back.",
        "Pregunta al cliente si reenviar o reembolsar; vigila que vuelva el producto.",
    ),
    NextStep.REPLACE_OR_REFUND: ("Replace what is wrong or refund it.", "Repón lo que está mal o devuelve el dinero."),
}


class Told(msgspec.Struct, frozen=True):
    """A problem in one language."""

    #: A few words, without a full stop.
    title: str
    #: What the customer reads.
    customer: str
    #: What whoever works at the desk reads.
    support: str


class PitfallKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of delivery problem."""

    #: snake_case, never renamed once released.
    kind: str
    family: Family
    #: When it opens.
    severity: Severity
    #: After so many hours open → that severity; ascending in both.
    escalates: tuple[tuple[int, Severity], ...]
    culprit: Culprit
    #: Who must act, where no single event type tells it finer.
    must_act: Actor
    step: NextStep
    #: Event types whose scan opens it; () where a rule does.
    opened_by: tuple[str, ...] = ()
    #: Event types and groups (see `timeline.pitfalls`) whose scan ends it; delivery, return and cancellation do, too, unless `survives`.
    closed_by: tuple[str, ...] = ()
    #: Where a rule opens it: that rule and what ends it, a sentence each; "" for the family "event".
    opens: str = ""
    closes: str = ""
    en: Told
    es: Told
    #: Stays open after delivery or return: the goods are not right.
    survives: bool = False
    #: An agent may hide it from customer and lists without closing it.
    mutable: bool = True


EVENT, SILENCE, PREDICTION, CONFLICT, WORD = Family
INFO, LOW, HIGH, CRITICAL = Severity
_FLAGS = frozenset({"", "survives", "unmutable"})


def row(  # noqa: PLR0913, PLR0917 - the columns of a table
    kind: str,
    family: Family,
    severity: Severity,
    escalates: str,
    culprit: Culprit,
    must_act: Actor,
    step: NextStep,
    opens: str,
    closes: str,
    en: tuple[str, str, str],
    es: tuple[str, str, str],
    flag: str = "",
) -> PitfallKind:
    """Write one row with the short columns first; `escalates` is written "72 high, 240 critical", hours open and what follows."""
    if flag not in _FLAGS:
        raise ValueError(flag)
    scanned = family is Family.EVENT
    steps = [part.split() for part in escalates.split(",") if part.strip()]
    return PitfallKind(
        kind=kind,
        family=family,
        severity=severity,
        escalates=tuple((int(hours), Severity(name)) for hours, name in steps),
        culprit=culprit,
        must_act=must_act,
        step=step,
        opened_by=tuple(opens.split()) if scanned else (),
        closed_by=tuple(closes.split()) if scanned else (),
        opens="" if scanned else opens,
        closes="" if scanned else closes,
        en=Told(*en),
        es=Told(*es),
        survives=flag == "survives",
        mutable=flag != "unmutable",
    )
