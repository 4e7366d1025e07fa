"""Action + facts + template + locale → message; gates; channel choice."""

from doorstep.messages.choices import CHOICES
from doorstep.messages.choosing import Evidence
from doorstep.messages.context import context_of
from doorstep.messages.context_window import WITHOUT_WINDOW, standing_window
from doorstep.messages.digest import DIGEST, entry_of
from doorstep.messages.engine import BadTemplateError
from doorstep.messages.facts import Brand, Entry, Facts, Hop, Links, Parcel, ToldCase
from doorstep.messages.gates import Go, Policy, Recipient, Stop, Wait, allow
from doorstep.messages.library import PARTS, TEMPLATES, TONES, Library, check_template
from doorstep.messages.quiet import QuietHours
from doorstep.messages.samples import sample_facts
from doorstep.messages.scenes import MANNERS, facts_for
from doorstep.messages.scenes_case import case_for, with_case
from doorstep.messages.segments import Segments, segments_of
from doorstep.messages.shortening import sample_shortened
from doorstep.messages.wording import tag_to_speak
from doorstep.messages.zones import zone_of

__all__ = (
    "CHOICES",
    "DIGEST",
    "MANNERS",
    "PARTS",
    "TEMPLATES",
    "TONES",
    "WITHOUT_WINDOW",
    "BadTemplateError",
    "Brand",
    "Entry",
    "Evidence",
    "Facts",
    "Go",
    "Hop",
    "Library",
    "Links",
    "Parcel",
    "Policy",
    "QuietHours",
    "Recipient",
    "Segments",
    "Stop",
    "ToldCase",
    "Wait",
    "allow",
    "case_for",
    "check_template",
    "context_of",
    "entry_of",
    "facts_for",
    "sample_facts",
    "sample_shortened",
    "segments_of",
    "standing_window",
    "tag_to_speak",
    "with_case",
    "zone_of",
)
