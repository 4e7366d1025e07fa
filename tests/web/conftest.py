"""What all tests of the web share: nobody has asked too often yet."""

from importlib import import_module
from pkgutil import walk_packages

import pytest

from doorstep import web
from doorstep.web.network import Buckets


@pytest.fixture(scope="session")
def buckets() -> list[Buckets]:
    """Every count of requests that this process keeps."""
    modules = [import_module(one.name) for one in walk_packages(web.__path__, "doorstep.web.")]
    return [kept for module in modules for kept in vars(module).values() if isinstance(kept, Buckets)]


@pytest.fixture(autouse=True)
def _full_buckets(buckets: list[Buckets]) -> None:
    for one in buckets:
        one._left.clear()
