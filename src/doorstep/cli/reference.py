"""The closed vocabularies → pages of docs/reference; a test holds page and code equal."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.cli.reference_assistants import assistants_markdown
from doorstep.cli.reference_messages import messages_markdown
from doorstep.cli.reference_talks import talks_markdown
from doorstep.cli.reference_webhooks import webhooks_markdown
from doorstep.conversations.models import models
from doorstep.domain.event_types import EVENT_TYPES, EventType
from doorstep.domain.pitfalls import ALONE, LADDERS, PITFALL_KINDS, Family, NextStep
from doorstep.domain.plugins import Asking, Carrier, Channel, Helpdesk, Labelling, ProviderCode, Setting, Shop
from doorstep.domain.vocabulary import ChannelKind, Phase, Remedy, Skip, Status
from doorstep.helpdesks import helpdesks
from doorstep.insights import FIGURES
from doorstep.journeys import TRIGGERS, load_defaults
from doorstep.shops import shops

_TITLES = {
    Phase.PRE: "before hand-over",
    Phase.PICKUP: "from sender to carrier",
    Phase.TRANSIT: "between facilities",
    Phase.CROSS: "across borders",
    Phase.HAND: "from one carrier or number to another",
    Phase.LAST: "the last depot and the tour",
    Phase.ATTEMPT: "a delivery tried in vain",
    Phase.CHANGE: "where, when or how was changed",
    Phase.POINT: "pick-up points, shops, lockers",
    Phase.DONE: "arrived",
    Phase.PROBLEM: "late, held, damaged, lost",
    Phase.RETURN: "the way back",
    Phase.META: "about the record",
}

_INTRODUCTION = """\
# Event types

Every carrier's codes map onto these {count} event types. A code without a row here stays `unknown`, with the carrier's own
code and text beside it. This page is generated from `doorstep.domain.event_types`.

- **goods**: the event itself shows that the carrier had the goods in hand; else it is about data, plans or letters only.
- **must act**: who must do something for the parcel to go on.
- **status**: what the event sets; a dash leaves the status as it was.
"""


def event_types_markdown() -> str:
    """Write the page of all event types, by phase, in the order of a parcel's way."""
    return "\n".join((_INTRODUCTION.format(count=len(EVENT_TYPES)), *(line for phase in Phase for line in _section(phase))))


def _section(phase: Phase) -> Iterator[str]:
    yield f"## `{phase}`: {_TITLES[phase]}"
    yield ""
    yield "| event type | meaning | goods | must act | status | customer reads (en) | customer reads (es) |"
    yield "|---|---|---|---|---|---|---|"
    for event_type in EVENT_TYPES.values():
        if event_type.phase is phase:
            yield _line(event_type)
    yield ""


def _line(event_type: EventType) -> str:
    status = f"`{event_type.status}`" if event_type.status else "–"  # noqa: RUF001 - a dash for the reader
    goods = "yes" if event_type.physical else "no"
    cells = (f"`{event_type.slug}`", event_type.meaning, goods, event_type.must_act, status, event_type.en, event_type.es)
    return f"| {' | '.join(cells)} |"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(head)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(cells)} |" for cells in rows)]
    return "\n".join(lines)


#: A delivery that opens a problem of its own.
_ENDS = frozenset({Status.DELIVERED, Status.RETURNED})
_FAMILIES = {
    Family.EVENT: "a carrier's scan opens it",
    Family.SILENCE: "no scan comes for longer than such gaps last",
    Family.PREDICTION: "what is expected is later than what was promised",
    Family.CONFLICT: "two things we were told cannot both be so",
    Family.WORD: "the customer says so",
}


def pitfalls_markdown() -> str:
    """Write the page of all kinds of delivery problems, by family."""
    return "\n".join(
        (
            (
                f"# Pitfalls\n\n{len(PITFALL_KINDS)} kinds of delivery problems. Each opens once per occurrence, worsens while it stays open,"
                " and closes itself when its reason is gone; [rules/pitfalls.md](../rules/pitfalls.md) tells how. Delivery, return and"
                " cancellation close every one that does not survive them. Starred words are groups of scans: `*moved` a physical scan that"
                " moves the parcel, `*left` one that takes it away from where it is held, `*near` the delivery tour or a pick-up point, `*tried`"
                " a failed attempt, `*seen` any physical scan. Generated from `doorstep.domain.pitfalls`.\n"
            ),
            *(line for family in Family for line in _family(family)),
            *_ladders(),
            "## Next steps\n",
            _table(("step", "en", "es"), ((f"`{step}`", step.sentence, step.sentence_es) for step in NextStep)),
            "",
        )
    )


def _family(family: Family) -> Iterator[str]:
    kinds = [kind for kind in PITFALL_KINDS.values() if kind.family is family]
    yield f"## `{family}`: {_FAMILIES[family]}\n"
    yield _table(
        ("pitfall", "severity", "culprit", "must act", "next step", "opened by", "closed by", "survives delivery", "may be muted"),
        (
            (
                f"`{kind.kind}`",
                " ".join((kind.severity, *(f"→ {severity} after {hours} h" for hours, severity in kind.escalates))),
                kind.culprit,
                kind.must_act,
                f"`{kind.step}`",
                kind.opens or _slugs(kind.opened_by) or "the way back begins before any delivery",
                kind.closes or _slugs(kind.closed_by) or "its return or delivery",
                "yes" if kind.survives else "opened by one" if any(EVENT_TYPES[slug].status in _ENDS for slug in kind.opened_by) else "no",
                "yes" if kind.mutable else "no",
            )
            for kind in kinds
        ),
    )
    yield ""
    yield _table(
        ("pitfall", "customer reads (en)", "customer reads (es)", "support reads (en)", "support reads (es)"),
        (
            (f"`{k.kind}`", f"**{k.en.title}.** {k.en.customer}", f"**{k.es.title}.** {k.es.customer}", k.en.support, k.es.support)
            for k in kinds
        ),
    )
    yield ""


def _ladders() -> Iterator[str]:
    yield "## Which one is told\n"
    yield (
        "Of what stands at once the customer hears, of each matter, what stands highest in its list; kinds of one line are heard beside each"
        " other, a muted one in nobody's place, and what stands in no list beside everything"
        f" ({_slugs(sorted(ALONE))}). [rules/pitfalls.md](../rules/pitfalls.md#which-one-is-told) tells why.\n"
    )
    for ladder in LADDERS:
        yield f"### {ladder.about[0].upper()}{ladder.about[1:]}\n"
        yield from (f"{place}. {_slugs(rung)}" for place, rung in enumerate(ladder.rungs, 1))
        yield ""


def _slugs(slugs: Iterable[str]) -> str:
    return ", ".join(f"`{slug}`" for slug in slugs)


def journeys_markdown() -> str:
    """Write the page of moments, of the journeys that answer them, and of the reasons why nothing is sent."""
    moments = ((f"`{t.name}`", t.subject_kind, t.meaning) for t in TRIGGERS.values())
    journeys = (
        (f"`{j.name}`", f"`{j.trigger}`", j.about, ", ".join(j.channels), j.purpose, _hours(j.max_age_s), "on" if j.enabled else "off")
        for j in load_defaults().by_name.values()
    )
    reasons = ((f"`{skip}`", _REASONS[skip]) for skip in Skip)
    return (
        "# Moments, journeys, reasons\n\nGenerated from `doorstep.journeys` and `doorstep.domain.vocabulary`.\n\n## Moments\n\n"
        + _table(("moment", "of", "meaning"), moments)
        + "\n\n## Journeys\n\n"
        + _table(
            ("journey", "answers", "does", "channels, first open one wins", "purpose", "told at most this late", "by default"), journeys
        )
        + "\n\n## Why nothing is sent\n\n"
        + _table(("reason", "meaning"), reasons)
        + "\n"
    )


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:g} h"


_REASONS = {
    Skip.NO_JOURNEY: "No journey answers the moment, or it is switched off.",
    Skip.SUPERSEDED: "The parcel moved past this moment before we learnt of it.",
    Skip.TOO_OLD: "The scan is older than the moment stays worth telling.",
    Skip.NO_ORDER: "The parcel belongs to no order we know, so there is nobody to tell.",
    Skip.NO_ADDRESS: "The customer has no address on any channel the journey allows.",
    Skip.NO_CHANNEL: "No provider is connected for any channel the journey allows.",
    Skip.NO_CONSENT: "Consent is missing where it is asked for, or was withdrawn.",
    Skip.NOT_APPROVED: "The provider takes no free text now, and the template is not approved there (or is paused).",
    Skip.SUPPRESSED: "The address bounced, complained, unsubscribed or said STOP.",
    Skip.CAPPED: "The customer has had as many messages as the cap allows.",
    Skip.DIGESTED: "Told in one message together with other news of the same customer.",
    Skip.OPTED_OUT: "The customer switched the topic off.",
    Skip.ORDER_CANCELLED: "The order was cancelled.",
    Skip.BAD_TEMPLATE: "The template could not be rendered.",
}


def plugins_markdown() -> str:
    """Write the page of shops, carriers, channels, helpdesks and language models and what each needs to be told."""
    rooms: tuple[tuple[str, Mapping[str, Carrier | Channel | Shop | Helpdesk]], ...] = (
        ("Shops", shops()),
        ("Carriers", carriers()),
        ("Channels", channels()),
        ("Helpdesks", helpdesks()),
    )
    parts = ["# Plug-ins\n\nGenerated from the plug-ins' own records. A secret is encrypted at rest and never shown again.\n"]
    for title, found in rooms:
        rows = ((f"`{p.slug}`", p.name, "yes" if p.verify else "no", _settings(p.settings)) for _, p in sorted(found.items()))
        parts.append(f"## {title}\n\n{_table(('slug', 'name', 'signature checked', 'settings'), rows)}\n")
    asked = ((f"`{slug}`", *_asking(carrier.asking)) for slug, carrier in sorted(carriers().items()) if carrier.asking)
    heads = ("slug", "needs", "numbers a call", "calls a second", "at once after a rest", "also asked for")
    parts.append(f"## Carriers that are asked\n\n{_table(heads, asked)}\n")
    spoken_to = ((f"`{p.slug}`", p.name, _settings(p.settings)) for _, p in sorted(models().items()))
    parts.append(f"## Language models\n\n{_table(('slug', 'name', 'settings'), spoken_to)}\n")
    labels = ((f"`{slug}`", *_labelling(carrier.labelling)) for slug, carrier in sorted(carriers().items()) if carrier.labelling)
    parts.append(
        f"## Carriers that make return labels\n\n{_table(('slug', 'needs', 'takes labels back', 'fetches at the door'), labels)}\n"
    )
    return "\n".join(parts)


def _labelling(labelling: Labelling) -> tuple[str, ...]:
    return (_slugs(labelling.needs) or "nothing", "yes" if labelling.void else "no", "yes" if labelling.pickup else "no")


def _asking(asking: Asking) -> tuple[str, ...]:
    return (_slugs(asking.needs), str(asking.most_per_call), f"{asking.rate_per_s:.3g}", str(asking.burst), _slugs(sorted(asking.also)))


def _settings(settings: Iterable[Setting]) -> str:
    told = (f"`{s.name}`{'' if s.required else ' (optional)'}{' secret' if s.secret else ''}: {s.label}" for s in settings)
    return "<br>".join(told) or "none"


_REMEDIES = {
    Remedy.RETRY: "the same message goes again later",
    Remedy.SWITCH: "this channel cannot carry it to this person now; the next one is tried",
    Remedy.STOP: "the connection is paused until the merchant mends it",
    Remedy.SUPPRESS: "the address is dead or unwilling and is never written to again",
    Remedy.FIX: "the template is at fault and is paused until somebody mends it",
}


def channel_errors_markdown() -> str:
    """Write the page of what providers of texts and chats say of messages, and who must act on it."""
    return _codes_page(
        "Errors of the channels",
        "What each provider's own error code means and what follows from it, whether it answers the call or comes later with a delivery"
        " report. A code without a row here is refused without suppression, with the provider's own code beside it.",
        [one for one in channels().values() if one.kind is not ChannelKind.EMAIL],
    )


def provider_codes_markdown() -> str:
    """Write the page of what e-mail providers say of messages, and who must act on it."""
    return _codes_page(
        "E-mail providers' codes",
        "What each provider of e-mail says of a message, and what follows. What a provider adds later follows the line of its kind without a"
        " detail, its own words beside it; nothing is guessed. The source of each stands beside its table.",
        [one for one in channels().values() if one.kind is ChannelKind.EMAIL],
    )


def _codes_page(title: str, about: str, shown: Iterable[Channel]) -> str:
    remedies = ((f"`{remedy}`", _REMEDIES[remedy]) for remedy in Remedy)
    parts = [
        f"# {title}\n\n{about} Generated from `Channel.codes`, the tables that the channels themselves read.\n",
        _table(("remedy", "what follows"), remedies),
        "",
    ]
    for channel in sorted((one for one in shown if one.codes), key=lambda one: one.slug):
        counted = Counter(code.remedy for code in channel.codes)
        told = ", ".join(f"{counted[remedy]} {remedy}" for remedy in Remedy if counted[remedy])
        parts += [
            f"## {channel.name}\n",
            f"{len(channel.codes)} codes: {told}." + (f" {channel.codes_source}" if channel.codes_source else "") + "\n",
            _table(
                ("code", "meaning", "message becomes", "remedy", "suppressed as"),
                (_provider_code(one, channel.kind) for one in channel.codes),
            ),
            "",
        ]
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _provider_code(code: ProviderCode, kind: ChannelKind) -> tuple[str, ...]:
    becomes = f"`{code.state}`" if code.state else "answer to our call" if kind is ChannelKind.EMAIL else "by its status"
    return f"`{code.code}`", _cell(code.meaning), becomes, f"`{code.remedy}`" if code.remedy else "none", code.suppress or "no"


def figures_markdown() -> str:
    """Write the page of every figure."""
    rows = ((f"`{f.name}`", f.meaning, f.counts, f.of, f.window) for f in FIGURES)
    return (
        "# Figures\n\nThe one list of every figure Doorstep tells. Generated from `doorstep.insights`.\n\n"
        + _table(("figure", "meaning", "counts", "of", "window"), rows)
        + "\n"
    )


#: File under docs/reference → what writes it.
PAGES: dict[str, Callable[[], str]] = {
    "event-types.md": event_types_markdown,
    "pitfalls.md": pitfalls_markdown,
    "journeys.md": journeys_markdown,
    "plug-ins.md": plugins_markdown,
    "channel-errors.md": channel_errors_markdown,
    "provider-codes.md": provider_codes_markdown,
    "figures.md": figures_markdown,
    "messages.md": messages_markdown,
    "webhooks.md": webhooks_markdown,
    "mcp.md": assistants_markdown,
    "talks.md": talks_markdown,
}


def write_pages(folder: Path) -> None:
    """Write all pages."""
    for name, written in PAGES.items():
        (folder / name).write_text(written())


if __name__ == "__main__":
    write_pages(Path(__file__).parents[3] / "docs" / "reference")
