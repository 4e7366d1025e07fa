"""placeholder"""


async def serve(house, path, scope, receive, send) -> bool:
    return False
