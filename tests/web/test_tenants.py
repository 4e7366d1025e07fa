"""A Host header → the merchant at home there; never one that is guessed among several."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from doorstep.errors import NotFoundError
from doorstep.web.house import House
from doorstep.web.tenants import host_of, tenant_by_host


def house_with(*hosts: str | None) -> House:
    async def refresh(*_: object, **__: object) -> None:
        """Nothing is newer."""

    tenants = [SimpleNamespace(merchant=SimpleNamespace(host=host)) for host in hosts]
    directory = SimpleNamespace(refresh=refresh, tenants=lambda: tenants)
    settings = SimpleNamespace(base_url="https://doorstep.example:8443")
    return cast("House", SimpleNamespace(directory=directory, database=None, settings=settings))


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Parcels.Shop.Example", "parcels.shop.example"),
        ("shop.example:8000", "shop.example"),
        ("shop.example.", "shop.example"),
        ("[::1]:8000", "[::1]"),
        ("", ""),
        (":80", ""),
    ],
)
def test_a_host_is_read_as_browsers_send_it(sent: str, name: str) -> None:
    assert host_of(sent) == name


async def test_the_only_merchant_is_at_home_at_the_installations_address() -> None:
    house: Any = house_with(None)
    assert await tenant_by_host(house, "doorstep.example") is house.directory.tenants()[0]
    with pytest.raises(NotFoundError):
        await tenant_by_host(house, "elsewhere.example")
    with pytest.raises(NotFoundError):
        await tenant_by_host(house, "")


async def test_who_has_a_host_of_its_own_is_at_home_there_alone() -> None:
    house: Any = house_with("parcels.shop.example")
    assert await tenant_by_host(house, "parcels.shop.example:443") is house.directory.tenants()[0]
    with pytest.raises(NotFoundError):
        await tenant_by_host(house, "doorstep.example")


async def test_of_several_none_is_at_home_at_the_shared_address() -> None:
    house: Any = house_with(None, "b.example", None)
    assert await tenant_by_host(house, "b.example") is house.directory.tenants()[1]
    with pytest.raises(NotFoundError):
        await tenant_by_host(house, "doorstep.example")
