"""A product of its own for each of these modules, copied from one that is prepared once."""

import os
import shutil
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.product import Product, connect_to

REDIS_DATABASE = 9  # emptied by the tests: not the one that other things use
SERVER = os.environ.get("DATABASE_URL", "")
ON_SERVER = SERVER.startswith("postgres")
_numbers = count(1)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A folder and a database with everything that is there before anybody works."""
    yield from _product(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="module")
def product(prepared, tmp_path_factory):
    yield from _product(tmp_path_factory.mktemp("product"), like=prepared)


def _product(folder: Path, like: Product | None = None):
    database_url = _own_database(like) if ON_SERVER else f"sqlite:///{folder / 'db.sqlite3'}"
    made = Product(folder, database_url=database_url, broker_url=_broker_url())
    try:
        if like:
            shutil.copytree(like.folder, folder, dirs_exist_ok=True)
        else:
            made.prepare()
        yield made
    finally:
        made.stop()
        if ON_SERVER:
            _on_server(f"DROP DATABASE {_name(database_url)} WITH (FORCE)")


def _broker_url() -> str:
    server = os.environ.get("REDIS_URL", "")
    return urlsplit(server)._replace(path=f"/{REDIS_DATABASE}").geturl() if server else "eucfs://"


def _own_database(like: Product | None) -> str:
    name = f"euc_chaos_{os.getpid()}_{next(_numbers)}"
    _on_server(f"CREATE DATABASE {name}" + (f" TEMPLATE {_name(like.database_url)}" if like else ""))
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


def _name(database_url: str) -> str:
    return urlsplit(database_url).path.lstrip("/")


def _on_server(command: str) -> None:
    with connect_to(SERVER).cursor() as cursor:
        cursor.execute(command)
