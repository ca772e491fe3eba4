"""The server's settings from the environment, checked before it starts."""

import re
from collections.abc import Mapping


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
