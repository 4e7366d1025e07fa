"""Placeholder."""

import re
from doorstep.domain.talking.intents import Act


def is_bare_yes(text: str, language: str) -> bool:
    return text.strip().casefold().strip("!. ") in {"yes", "ok", "yes please", "sure", "go ahead"}


def is_bare_no(text: str, language: str) -> bool:
    return text.strip().casefold().strip("!. ") in {"no", "nope"}


def acts_in(text, language):
    low = text.casefold()
    acts = set()
    if is_bare_yes(text, ""):
        acts.add(Act.YES)
    if is_bare_no(text, ""):
        acts.add(Act.NO)
    if re.search(r"human (agent|rep)|talk to a (human|person)|to an agent", low):
        acts.add(Act.HUMAN)
    if "never mind" in low:
        acts.add(Act.DROP)
    if re.search(r"\ball\b|everything", low):
        acts.add(Act.ALL)
    return frozenset(acts)
