"""The chat on shops' pages: its one script, and below `/chat/{public key}` what that script asks for and sends."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from doorstep.web.chat.files import sent_file
from doorstep.web.chat.looking import chat_script, look
from doorstep.web.chat.opening import open_session
from doorstep.web.chat.reading import events, list_messages, mark, tell_typing
from doorstep.web.chat.writing import write_message

_ALL: list[ControllerRouterHandler] = [look, open_session, events, list_messages, mark, tell_typing, write_message, sent_file]
#: Mounted by the application; `crossing.serve` stands before all but the script.
ROUTES: list[ControllerRouterHandler] = [chat_script, Router("/chat/{key:str}", route_handlers=_ALL)]
