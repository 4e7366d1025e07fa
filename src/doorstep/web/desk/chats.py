"""A connection that is a chat for shops' pages → the line to embed, and a page of the desk on which it is tried."""

from litestar import Response, get
from litestar.params import FromPath

from doorstep.errors import NotFoundError
from doorstep.steps.chat import PROVIDER, chat_key
from doorstep.store import connections
from doorstep.store.connections import Connection
from doorstep.web.desk.doors import desk_page, id_of, user_of
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest
from doorstep.web.look.rendering import ASKING_CSP


@get("/connections/{connection_id:int}/chat", include_in_schema=False)
async def try_chat(request: AnyRequest, connection_id: FromPath[int]) -> Response[str]:
    """Show the chat as a visitor gets it."""
    house, merchant_id = house_of(request), user_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        one = await connections.one(tx, house.directory.sealer, merchant_id, id_of(connection_id))
    if one.provider != PROVIDER or not one.active:
        raise NotFoundError("there is no chat to try")
    answer = desk_page(request, "try_chat.html", one=one, key=chat_key(house.directory.sealer, one))
    answer.headers["content-security-policy"] = ASKING_CSP
    return answer


def embedding(house: House, one: Connection | None) -> str:
    """The line for a shop's page; "" where the connection is no chat."""
    if one is None or one.provider != PROVIDER:
        return ""
    return f'<script async src="{house.settings.base_url}/chat.js" data-key="{chat_key(house.directory.sealer, one)}"></script>'
