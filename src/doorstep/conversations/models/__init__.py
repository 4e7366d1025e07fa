"""A turn of a conversation → what a connected language model would say or do, within rights that no text can widen."""

from doorstep.conversations.models.connecting import limits_of, model_named, models
from doorstep.conversations.models.context import (
    Context,
    Fact,
    FactKind,
    Known,
    Limits,
    ModelTurn,
    Outcome,
    Rights,
    Said,
    ToolAnswer,
    ToolWish,
    Voice,
    WishKind,
)
from doorstep.conversations.models.flow import converse
from doorstep.conversations.models.probing import probe

__all__ = [
    "Context",
    "Fact",
    "FactKind",
    "Known",
    "Limits",
    "ModelTurn",
    "Outcome",
    "Rights",
    "Said",
    "ToolAnswer",
    "ToolWish",
    "Voice",
    "WishKind",
    "converse",
    "limits_of",
    "model_named",
    "models",
    "probe",
]
