"""Reaches the database before the server starts, and takes turns with it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

# Any number will do that no other program locks in the same database.
LOCK = 5_220_251_128


def reach(connection: BaseDatabaseWrapper) -> None:
    """Reads the database once; ends the process with one line if it cannot."""
    if connection.vendor == "sqlite":
        _check_folder(Path(connection.settings_dict["NAME"]))
    try:
        connection.introspection.table_names()
    except (Error, ImproperlyConfigured) as error:
        raise refusal(connection, error) from None


def refusal(connection: BaseDatabaseWrapper, error: Exception) -> SystemExit:
    """What ends the process: where, what and how to mend, and no password."""
    reason = " ".join(str(error).split())
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return SystemExit(
            f"{given['NAME']}: cannot be used ({reason}); "
            "give the service another data path, or set DATABASE_URL"
        )
    where = f"{given['NAME']} at {given['HOST'] or 'localhost'}"
    return SystemExit(
        f"DATABASE_URL: {where} cannot be used ({reason}); "
        "start that database, or correct the URL"
    )


@contextmanager
def one_at_a_time(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Waits until no other instance is in here, then keeps others out.

    On Postgres by a lock of the session; on SQLite by one of the folder,
    which holds among the containers of one machine.
    """
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
    finally:
        # Ends the session and the lock with it, also after a failure.
        connection.close()


def _check_folder(path: Path) -> None:
    # SQLite writes files beside its own; without any it still reads, and the
    # first thing that somebody adds would fail.
    for place in (path.parent, path):
        missing = not place.exists()
        if missing and place == path:
            continue
        if missing or not os.access(place, os.W_OK):
            fault = "is not there" if missing else "cannot be written"
            raise SystemExit(
                f"{place}: {fault}, but the list is kept in {path}; give the "
                "service a data path there, or set DATABASE_URL"
            )
