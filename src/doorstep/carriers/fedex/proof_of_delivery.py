"""FedEx's answer with signature letters (JSON) → notes that such a letter came; it names no scan and no number."""

from typing import Any

from doorstep.carriers.reading import dig, listed, worded
from doorstep.domain.tracking import CarrierNote, Parsed


def is_proof(tree: Any) -> bool:
    """Tell whether decoded JSON is an answer with documents rather than with scans."""
    return isinstance(dig(tree, "output", "documents"), list) and "completeTrackResults" not in dig(tree, "output")


def parse_proof(tree: Any) -> Parsed:
    """Note the letter's kind and how many came, and FedEx's alerts. Never raises."""
    output = dig(tree, "output")
    count = len(listed(dig(output, "documents")))
    letter = CarrierNote(
        worded(dig(output, "documentType")) or "PROOF_OF_DELIVERY", f"{count} document(s), {worded(dig(output, 'documentFormat'))}"
    )
    alerts = [CarrierNote(worded(dig(alert, "code")), worded(dig(alert, "message"))) for alert in listed(dig(output, "alerts"))]
    return Parsed(notes=(letter, *alerts))
