"""Which settings the app accepts."""

import pytest
from sqlalchemy import URL

from todo_app import settings
from todo_app.settings import Settings, Unusable

FILE = URL.create("sqlite", database="/data/todo.sqlite3")
WORD = "opens@esame"


def postgres(**parts):
    return URL.create("postgresql+psycopg", **parts)


@pytest.mark.parametrize("given", [{}, {"DATABASE_URL": "", "TODO_TITLE": ""}])
def test_what_is_missing_or_empty_takes_its_default(given):
    assert settings.read(given) == Settings(
        database=FILE, title="To-Do", commit="unknown", branch="unknown"
    )


def test_what_is_given_is_taken():
    assert settings.read(
        {
            "DATABASE_URL": "postgres://me@db.example/todo",
            "TODO_TITLE": " Einkauf für Zoë ",
            "app_commit": "0123456789abcdef0123456789abcdef01234567",
            "app_branch": "not-utf8-\udcff",
        }
    ) == Settings(
        database=postgres(username="me", host="db.example", database="todo"),
        title="Einkauf für Zoë",
        commit="0123456789abcdef0123456789abcdef01234567",
        branch="not-utf8-\ufffd",
    )


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("postgres://db/todo", postgres(host="db", database="todo")),
        (
            # pragma: allowlist nextline secret
            "postgresql://me:opens%40esame@db:5433/todo?sslmode=require",
            postgres(
                username="me",
                password=WORD,
                host="db",
                port=5433,
                database="todo",
                query={"sslmode": "require"},
            ),
        ),
        (
            "postgresql:///todo?host=/sockets/db",
            postgres(database="todo", query={"host": "/sockets/db"}),
        ),
        (
            "sqlite:////srv/list.sqlite3",
            URL.create("sqlite", database="/srv/list.sqlite3"),
        ),
    ],
)
def test_a_database_is_accepted(given, url):
    assert settings.database({"DATABASE_URL": given}) == url


@pytest.mark.parametrize(
    "given",
    [
        "todo",
        # pragma: allowlist nextline secret
        "mysql://me:opensesame@db/todo",
        "postgresql+asyncpg://db/todo",
        # pragma: allowlist nextline secret
        "postgresql://me:open@sesame@db/todo",
        "postgresql://db:port/todo",
        "postgresql://db/todo\n",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///here.sqlite3",
        "sqlite:////srv/list.sqlite3?timeout=abc",
    ],
)
def test_a_database_is_refused_in_one_line_that_does_not_repeat_it(given):
    with pytest.raises(Unusable) as refusal:
        settings.database({"DATABASE_URL": given})
    assert str(refusal.value) == (
        # pragma: allowlist nextline secret
        "DATABASE_URL: not of the form postgresql://USER:PASSWORD@HOST/NAME "
        "or sqlite:////FOLDER/FILE; mend it (%40 stands for an @ in a "
        "password), or leave it unset for /data/todo.sqlite3"
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("x" * 61, repr("x" * 61)),
        ("two\nlines", r"'two\nlines'"),
        ("\udcff", r"'\udcff'"),
    ],
)
def test_a_title_is_refused_in_one_line(given, shown):
    with pytest.raises(Unusable) as refusal:
        settings.title({"TODO_TITLE": given})
    assert str(refusal.value) == (
        f"TODO_TITLE: {shown} is not one line of at most 60 characters; "
        "shorten it, or leave it unset for To-Do"
    )


@pytest.mark.parametrize(
    ("given", "port"),
    [({}, 8000), ({"PORT": ""}, 8000), ({"PORT": "65535"}, 65535)],
)
def test_a_port_is_accepted(given, port):
    assert settings.port(given) == port


@pytest.mark.parametrize(
    "given", ["0", "65536", "-1", "80.0", "abc", " 80", "80\n", "٣", "999999"]
)
def test_a_port_is_refused_in_one_line(given):
    with pytest.raises(Unusable) as refusal:
        settings.port({"PORT": given})
    assert str(refusal.value) == (
        f"PORT: {given!r} is not a whole number from 1 to 65535; "
        "set one, or leave it unset for 8000"
    )


@pytest.mark.parametrize(
    ("given", "workers"),
    [({}, 1), ({"WEB_CONCURRENCY": ""}, 1), ({"WEB_CONCURRENCY": "256"}, 256)],
)
def test_a_number_of_workers_is_accepted(given, workers):
    assert settings.workers(given) == workers


@pytest.mark.parametrize("given", ["0", "257", "-2", "many"])
def test_a_number_of_workers_is_refused_in_one_line(given):
    with pytest.raises(Unusable) as refusal:
        settings.workers({"WEB_CONCURRENCY": given})
    assert str(refusal.value) == (
        f"WEB_CONCURRENCY: {given!r} is not a whole number from 1 to 256; "
        "set one, or leave it unset for 1"
    )
