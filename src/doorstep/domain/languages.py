"""A language tag → the nearest language that customers are written to in; a sentence of ours and what goes into it → one full stop."""

from functools import lru_cache

#: By their two letters (ISO 639-1), in the order in which a choice is offered; English stands in for every other one.
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "hi")


@lru_cache(maxsize=4096)
def language_of(tag: str) -> str:
    """Give the served language of a BCP 47 tag ("es-MX", "pt_BR" too): its own, else English."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


def stopped_once(source: str, hole: str, value: object) -> str:
    """Take the full stop away behind "{hole}" where what goes there has one of its own ("Acme Inc.", "24 nov.")."""
    return source.replace(f"{{{hole}}}.", f"{{{hole}}}") if str(value).endswith(".") else source
