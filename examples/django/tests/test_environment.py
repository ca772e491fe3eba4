"""Which settings are accepted."""

import pytest

from config import environment

WHO = "reader:hidden"
FORM = "USER:PASSWORD@HOST:PORT/NAME"


@pytest.mark.parametrize(
    ("given", "port"),
    [(None, 8000), ("", 8000), ("1", 1), ("9000", 9000), ("65535", 65535)],
)
def test_a_port_is_accepted(given, port):
    assert environment.port(one("PORT", given)) == port


@pytest.mark.parametrize(
    "given", ["0", "65536", "-1", "80.0", "abc", " 80", "80\n", "٣", "999999"]
)
def test_a_port_is_refused_in_one_line(given):
    assert refusal(environment.port, "PORT", given) == (
        f"PORT: {given!r} is not a whole number from 1 to 65535; "
        "set one, or leave it unset for 8000"
    )


@pytest.mark.parametrize(
    ("given", "workers"), [(None, 1), ("", 1), ("4", 4), ("256", 256)]
)
def test_a_number_of_workers_is_accepted(given, workers):
    assert environment.workers(one("WEB_CONCURRENCY", given)) == workers


@pytest.mark.parametrize("given", ["0", "257", "-2", "many"])
def test_a_number_of_workers_is_refused_in_one_line(given):
    assert refusal(environment.workers, "WEB_CONCURRENCY", given) == (
        f"WEB_CONCURRENCY: {given!r} is not a whole number from 1 to 256; "
        "set one, or leave it unset for 1"
    )


@pytest.mark.parametrize(
    ("given", "debug"), [(None, False), ("", False), ("0", False), ("1", True)]
)
def test_debugging_is_off_unless_it_is_asked_for(given, debug):
    assert environment.debug(one("DJANGO_DEBUG", given)) is debug


@pytest.mark.parametrize("given", ["true", "yes", "2", " 1"])
def test_another_word_for_debugging_is_refused_in_one_line(given):
    assert refusal(environment.debug, "DJANGO_DEBUG", given) == (
        f"DJANGO_DEBUG: {given!r} is neither 1 nor 0; "
        "set 1 to develop, or leave it unset"
    )


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        (None, ["*"]),
        ("", ["*"]),
        ("*", ["*"]),
        ("books.example", ["books.example"]),
        (" .books.example, 10.0.0.7,", [".books.example", "10.0.0.7"]),
    ],
)
def test_hosts_are_accepted(given, hosts):
    assert environment.allowed_hosts(one("ALLOWED_HOSTS", given)) == hosts


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("https://books.example", "https://books.example"),
        ("a.example,books.example:8000", "books.example:8000"),
        ("a.example b.example", "a.example b.example"),
        (" , ", " , "),
    ],
)
def test_what_is_no_host_is_refused_in_one_line(given, name):
    assert refusal(environment.allowed_hosts, "ALLOWED_HOSTS", given) == (
        f"ALLOWED_HOSTS: {name!r} is not a host name; write names "
        "without scheme and port, such as example.com,.example.org"
    )


@pytest.mark.parametrize("given", [None, ""])
def test_the_database_is_a_file_in_the_data_folder_by_default(given):
    assert database(given) == {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/data/db.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_the_database_can_be_a_postgres(scheme):
    who = "reader:p%40ss"
    url = f"{scheme}://{who}@db.example:5433/books?sslmode=require"
    assert database(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.example",
        "PORT": 5433,
        "USER": "reader",
        "PASSWORD": "p@ss",
        "NAME": "books",
        "OPTIONS": {"connect_timeout": 5, "sslmode": "require"},
    }


@pytest.mark.parametrize(
    "given",
    [
        "books",
        f"mysql://{WHO}@db.example/books",
        f"postgres://{WHO}@db.example:port/books",
        f"postgres://{WHO}@db.example",
        "postgres://reader:12/hidden@db.example:5432/books",
        # pragma: allowlist nextline secret
        "postgres://reader:12@3/hidden@db.example",
        "sqlite://",
        "sqlite://:memory:",
        "sqlite:///db.sqlite3",
    ],
)
def test_another_database_is_refused_in_one_line_without_its_url(given):
    assert refusal(environment.database, "DATABASE_URL", given) == (
        "DATABASE_URL: not the URL of a database; write "
        f"postgresql://{FORM}, special characters "
        "as %XX, or leave it unset for SQLite in /data"
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (None, "unknown"),
        ("", "unknown"),
        ("zweig/grün", "zweig/grün"),
        ("\udcff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_text_is_taken_as_it_is(given, text):
    assert environment.text(one("app_branch", given), "app_branch") == text


def one(name, given):
    return {} if given is None else {name: given}


def refusal(setting, name, given):
    with pytest.raises(SystemExit) as refused:
        setting({name: given})
    return refused.value.code


def database(given):
    found = environment.database(one("DATABASE_URL", given))
    return {
        name: found[name]
        for name in sorted(found)
        if found[name] and not name.startswith("CONN_")
    }
