"""A handover that a helpdesk does not take → the mail to a merchant's owners, in their shop's language."""

import tomllib
from functools import cache
from importlib.resources import files

from doorstep.domain.languages import language_of, stopped_once
from doorstep.domain.messages import Rendered


def helpdesk_failed(shop: str, helpdesk: str, why: str, url: str, locale: str) -> Rendered:
    """Write the notice in the language of a tag, in English where we have no other."""
    words = _words(language_of(locale))
    holes = {name: " ".join(value.split())[:500] for name, value in (("shop", shop), ("helpdesk", helpdesk), ("why", why), ("url", url))}
    return Rendered(subject=words["subject"].format_map(holes), text=stopped_once(words["text"], "why", holes["why"]).format_map(holes))


@cache
def _words(language: str) -> dict[str, str]:
    return tomllib.loads((files(__package__) / f"helpdesk_{language}.toml").read_text("utf-8"))
