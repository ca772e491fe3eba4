"""The settings from the environment, checked before anything starts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

UNKNOWN = "unknown"
TITLE = "To-Do"
LONGEST_TITLE = 60
DATABASE = "sqlite:////data/todo.sqlite3"

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite",
}


class Unusable(ValueError):
    """A setting or a database of no use: where, what, and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """What one app is made for."""

    database: URL
    title: str = TITLE
    commit: str = UNKNOWN
    branch: str = UNKNOWN


def read(environment: Mapping[str, str]) -> Settings:
    """The app's settings, each by default what `Settings` says.

    Raises `Unusable` if `DATABASE_URL` or `TODO_TITLE` is.
    """
    return Settings(
        database=database(environment),
        title=title(environment),
        commit=_text(environment, "app_commit"),
        branch=_text(environment, "app_branch"),
    )


def port(environment: Mapping[str, str]) -> int:
    """The port to answer on, from `PORT`: 1 to 65535, by default 8000.

    Raises `Unusable` if it is anything else.
    """
    return _whole_number(environment, "PORT", 8000, 65535)


def workers(environment: Mapping[str, str]) -> int:
    """How many processes answer, from `WEB_CONCURRENCY`: by default 1.

    At most 256, far above what a container can feed. Raises `Unusable` if it
    is anything else.
    """
    return _whole_number(environment, "WEB_CONCURRENCY", 1, 256)


def title(environment: Mapping[str, str]) -> str:
    """The page's title, from `TODO_TITLE`: by default To-Do.

    Raises `Unusable` if it is longer than 60 characters or not one line of
    text.
    """
    given = environment.get("TODO_TITLE", "").strip() or TITLE
    if given.isprintable() and len(given) <= LONGEST_TITLE:
        return given
    raise Unusable(
        f"TODO_TITLE: {given!a} is not one line of at most {LONGEST_TITLE} "
        f"characters; shorten it, or leave it unset for {TITLE}"
    )


def database(environment: Mapping[str, str]) -> URL:
    """Where the items are kept, from `DATABASE_URL`: by default in /data.

    Raises `Unusable`, which never repeats the value because it may hold a
    password, if it is neither Postgres nor a file of SQLite.
    """
    given = environment.get("DATABASE_URL") or DATABASE
    try:
        url = make_url(given)
        driver = DRIVERS[url.drivername]
        usable = given.isprintable() and (
            # A file, because memory is not shared by processes.
            (url.database or "").startswith("/") and not url.query
            if driver == "sqlite"
            # The rest of a password that holds an @ would be in the host.
            else "@" not in (url.host or "")
        )
    except (ArgumentError, KeyError, ValueError):
        usable = False
    if usable:
        return url.set(drivername=driver)
    raise Unusable(
        # pragma: allowlist nextline secret
        "DATABASE_URL: not of the form postgresql://USER:PASSWORD@HOST/NAME "
        "or sqlite:////FOLDER/FILE; mend it (%40 stands for an @ in a "
        "password), or leave it unset for /data/todo.sqlite3"
    )


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name) or UNKNOWN
    # Bytes that are not UTF-8 arrive as surrogates, which no answer can carry.
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _whole_number(
    environment: Mapping[str, str], name: str, default: int, largest: int
) -> int:
    given = environment.get(name) or str(default)
    if re.fullmatch("[0-9]{1,5}", given) and 1 <= int(given) <= largest:
        return int(given)
    raise Unusable(
        f"{name}: {given!r} is not a whole number from 1 to {largest}; "
        f"set one, or leave it unset for {default}"
    )
