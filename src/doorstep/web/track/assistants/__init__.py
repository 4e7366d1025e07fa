"""A customer's pages about assistants: whom they let in, what one asks to be let do, and what one asks them to say yes to."""

from litestar.types import ControllerRouterHandler

from doorstep.web.track.assistants.allowing import allow, allow_page
from doorstep.web.track.assistants.listing import assistants_page, change_assistants
from doorstep.web.track.assistants.yes import answer_yes, yes_page

PAGES: list[ControllerRouterHandler] = [assistants_page, change_assistants, allow_page, allow, yes_page, answer_yes]
