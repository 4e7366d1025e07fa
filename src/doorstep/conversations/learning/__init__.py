"""A week's turns that went badly → groups with a name, examples and a proposed change."""

from doorstep.conversations.learning.grouping import Group, Looked, Near, grouped, near
from doorstep.conversations.learning.proposing import Proposed, proposed

__all__ = ["Group", "Looked", "Near", "Proposed", "grouped", "near", "proposed"]
