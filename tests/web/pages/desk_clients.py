"""Who is at the desk: logged-in clients for the tests of its pages."""

import re

import httpx
from page_shops import BASE, PASSWORD


async def entered(app, email, password=PASSWORD):
    """A client with a session of its own."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)), base_url=BASE)
    answer = await client.post("/desk/login", data={"email": email, "password": password})
    assert answer.status_code == 303, answer.text
    return client


async def csrf_of(client):
    return re.search(r'name="csrf" value="([^"]+)"', (await client.get("/desk")).text)[1]
