"""The demo shop's small address."""

import socket
import xml.etree.ElementTree as ET

import httpx
import pytest

from doorstep.demo.cast import WARES
from doorstep.demo.pictures import PICTURES
from doorstep.demo.window import shop_window
from doorstep.errors import MisconfiguredError
from ports import free_port


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_picture_is_well_formed(name: str) -> None:
    assert ET.fromstring(PICTURES[name]).tag.endswith("svg")


def test_every_ware_has_its_picture() -> None:
    assert {ware.picture for ware in WARES} <= PICTURES.keys()


async def test_it_shows_pictures_and_links_and_nothing_else() -> None:
    port = free_port()
    links = [("http://127.0.0.1:8000/t/x?a=1&b=2", "#1001", "<b>lost</b>")]
    async with (
        shop_window("127.0.0.1", port, lambda: links),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        logo = await client.get("/logo.svg")
        assert (logo.status_code, logo.headers["content-type"]) == (200, "image/svg+xml")
        page = (await client.get("/")).text
        assert '<a href="http://127.0.0.1:8000/t/x?a=1&amp;b=2">&lt;b&gt;lost&lt;/b&gt;</a>' in page
        assert (await client.get("/../../etc/passwd.svg")).status_code == 404
        assert (await client.post("/")).status_code == 404


async def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(MisconfiguredError, match="choose another --port"):
            async with shop_window("127.0.0.1", taken.getsockname()[1], list):
                pass


async def test_the_shops_page_embeds_the_chat() -> None:
    port = free_port()
    chat = ("http://127.0.0.1:8000/chat.js", 'key"<')
    async with (
        shop_window("127.0.0.1", port, list, chat),
        shop_window("127.0.0.1", other := free_port(), list),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        page = (await client.get(f"http://127.0.0.1:{port}/shop")).text
        assert '<script async src="http://127.0.0.1:8000/chat.js" data-key="key&quot;&lt;"></script>' in page
        assert (await client.get(f"http://127.0.0.1:{other}/shop")).status_code == 404
