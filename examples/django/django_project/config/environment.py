"""The settings that come from the environment, checked before the start."""

import re
from collections.abc import Mapping

import dj_database_url

SQLITE = "sqlite:////data/db.sqlite3"


def check(environment: Mapping[str, str]) -> None:
    """Reads what has a form; ends the process with one line if one is bad."""
    for setting in (port, workers, debug, allowed_hosts, database):
        setting(environment)


def port(environment: Mapping[str, str]) -> int:
    """The port to answer on, from `PORT`: 1 to 65535, by default 8000.

    Ends the process with one line if it is anything else.
    """
    return _whole_number(environment, "PORT", 8000, 65535)


def workers(environment: Mapping[str, str]) -> int:
    """How many processes answer, from `WEB_CONCURRENCY`: by default 1.

    At most 256, far above what a container can feed. Ends the process with
    one line if it is anything else.
    """
    return _whole_number(environment, "WEB_CONCURRENCY", 1, 256)


def debug(environment: Mapping[str, str]) -> bool:
    """Whether Django shows its inside, from `DJANGO_DEBUG`: by default not.

    Ends the process with one line if it is neither 1 nor 0.
    """
    given = environment.get("DJANGO_DEBUG") or "0"
    if given in ("0", "1"):
        return given == "1"
    raise SystemExit(
        f"DJANGO_DEBUG: {given!r} is neither 1 nor 0; "
        "set 1 to develop, or leave it unset"
    )


def allowed_hosts(environment: Mapping[str, str]) -> list[str]:
    """The host names to answer to, from `ALLOWED_HOSTS`: by default any.

    Names with commas between, without port; `.example.com` stands for its
    subdomains too. Ends the process with one line if one is no name.
    """
    # Any, because the platform's own proxy decides which names lead here, and
    # the platform draws some of them itself.
    given = environment.get("ALLOWED_HOSTS") or "*"
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names or [given]:
        if not re.fullmatch(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-f:]+\]", name):
            raise SystemExit(
                f"ALLOWED_HOSTS: {name!r} is not a host name; write names "
                "without scheme and port, such as example.com,.example.org"
            )
    return names


def database(environment: Mapping[str, str]) -> dict[str, object]:
    """What Django connects to, from `DATABASE_URL`: by default a SQLite file.

    Takes `postgresql://`, `postgres://` and `sqlite:////path`. Ends the
    process with one line, without the URL, if it is anything else.
    """
    url = environment.get("DATABASE_URL") or SQLITE
    try:
        found = dj_database_url.parse(
            url, conn_max_age=60, conn_health_checks=True
        )
    except ValueError:
        found = {}
    scheme, name = url.partition(":")[0], str(found.get("NAME", ""))
    options = found.get("OPTIONS", {})
    if scheme == "sqlite" and name.startswith("/"):
        # Waits for other writers, for 20 seconds, before it reads what it
        # will write: a later wait would end in an error at once.
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE"}
    # The rest of a password that holds a / would be in the name.
    elif scheme in ("postgresql", "postgres") and re.fullmatch("[^/@]+", name):
        options = {"connect_timeout": 5, **options}
    else:
        # Never shown, because it holds a password.
        raise SystemExit(
            "DATABASE_URL: not the URL of a database; write "
            # pragma: allowlist nextline secret
            "postgresql://USER:PASSWORD@HOST:PORT/NAME, special characters "
            "as %XX, or leave it unset for SQLite in /data"
        )
    return {**found, "OPTIONS": options}


def text(environment: Mapping[str, str], name: str) -> str:
    """What a variable says, or "unknown" where it is missing or empty."""
    value = environment.get(name) or "unknown"
    # Bytes that are not UTF-8 arrive as surrogates, which no answer can carry.
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _whole_number(
    environment: Mapping[str, str], name: str, default: int, largest: int
) -> int:
    given = environment.get(name) or str(default)
    if re.fullmatch("[0-9]{1,5}", given) and 1 <= int(given) <= largest:
        return int(given)
    raise SystemExit(
        f"{name}: {given!r} is not a whole number from 1 to {largest}; "
        f"set one, or leave it unset for {default}"
    )
