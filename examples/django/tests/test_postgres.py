"""The same on a Postgres, where there is one to try it on."""

import os
import secrets
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from conftest import await_answer, run

URL = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(
    not URL,
    reason="TEST_DATABASE_URL is not set: not tried on a Postgres were "
    "migrations, a start of several servers at once, and what they say when "
    "they are not let in",
)


@pytest.fixture
def database():
    """The URL of a new and empty database."""
    name = f"books_{secrets.token_hex(4)}"
    with psycopg.connect(URL, autocommit=True) as connection:
        of = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(of))
        yield urlsplit(URL)._replace(path=f"/{name}").geturl()
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        connection.execute(drop.format(of))


def test_servers_that_start_at_once_migrate_once(launch, tmp_path, database):
    servers = [launch(tmp_path, DATABASE_URL=database) for _ in range(3)]
    for server in servers:
        await_answer(server)
    said = [server.stop() for server in servers]
    applied = ["Applying books.0001_initial... OK" in each for each in said]
    assert sorted(applied) == [False, False, True]
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT name FROM django_migrations")
        assert found.fetchall() == [("0001_initial",)]


def test_both_spellings_of_the_scheme_are_taken(serve, tmp_path, database):
    rest = database.partition("://")[2]
    for scheme in ("postgres", "postgresql"):
        said = serve(tmp_path, DATABASE_URL=f"{scheme}://{rest}").stop()
        assert '"GET / HTTP/1.1" 200' in said


def test_a_wrong_password_ends_the_start_with_one_line(database):
    there = urlsplit(database)
    at = there.netloc.rpartition("@")[2]
    wrong = there._replace(netloc=f"{there.username}:hidden@{at}").geturl()
    code, said = run("serve.py", DATABASE_URL=wrong)
    assert code == 1
    assert said.startswith(f"DATABASE_URL: {there.path[1:]} at ")
    assert "password authentication failed" in said
    assert said.count("\n") == 1
    assert "hidden" not in said


def test_a_database_that_may_not_be_changed_ends_the_start(database):
    only = f"{database}?options=-c%20default_transaction_read_only%3Don"
    code, said = run("serve.py", DATABASE_URL=only)
    assert code == 1
    assert "read-only transaction" in said
    assert said.endswith("); start that database, or correct the URL\n")
