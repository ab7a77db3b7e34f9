"""One prepared product for all of these tests; on PostgreSQL in a database of its own."""

import os
from urllib.parse import urlsplit

import pytest

from tests.chaos.product import Product, connect_to

REDIS_DATABASE = 9  # emptied by the tests: not the one that other things use


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("product")
    database_url = f"sqlite:///{folder / 'db.sqlite3'}"
    if given := os.environ.get("DATABASE_URL", "").startswith("postgres"):
        database_url = _own_database(os.environ["DATABASE_URL"])
    made = Product(folder, database_url=database_url, broker_url=_broker_url())
    try:
        made.prepare()
        yield made
    finally:
        made.stop()
        if given:
            _drop(os.environ["DATABASE_URL"], database_url)


def _broker_url() -> str:
    server = os.environ.get("REDIS_URL", "")
    return urlsplit(server)._replace(path=f"/{REDIS_DATABASE}").geturl() if server else "eucfs://"


def _own_database(server: str) -> str:
    name = f"euc_chaos_{os.getpid()}"
    with connect_to(server).cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _drop(server: str, database_url: str) -> None:
    with connect_to(server).cursor() as cursor:
        cursor.execute(f"DROP DATABASE {urlsplit(database_url).path.lstrip('/')} WITH (FORCE)")
