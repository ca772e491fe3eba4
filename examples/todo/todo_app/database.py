"""The database, ready before the first request."""

import os
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from todo_app.items import Item
from todo_app.settings import Unusable

# Any number will do, as long as every instance of this app takes the same.
LOCK = 8_636_001

REMEDY = "give the service a data path, or set DATABASE_URL"


def open_database(url: URL) -> Engine:
    """Connects to Postgres or to a file of SQLite, and makes the table there.

    Any number of processes may do this at once. Waits 5 seconds for a server
    that does not answer, 10 for a locked file. Raises `Unusable`, without the
    password, if the database is of no use. Returns with no connection open,
    so that a server may fork afterwards.
    """
    is_file = url.get_backend_name() == "sqlite"
    if is_file:
        _check_file(Path(url.database))
    try:
        engine = create_engine(
            url,
            connect_args=(
                {"timeout": 10} if is_file else {"connect_timeout": 5}
            ),
            # A server may have hung up since the last request.
            pool_pre_ping=not is_file,
            # What people write does not belong in logs.
            hide_parameters=True,
        )
        with engine.begin() as connection:
            if not is_file:
                # Without it, two that start at once both see no table, and
                # the second one's CREATE fails in spite of IF NOT EXISTS.
                lock = text("SELECT pg_advisory_xact_lock(:lock)")
                connection.execute(lock, {"lock": LOCK})
            connection.execute(CreateTable(Item.__table__, if_not_exists=True))
    except SQLAlchemyError as error:
        raise Unusable(_refusal(url, error)) from None
    engine.dispose()
    return engine


def _check_file(file: Path) -> None:
    folder = file.parent
    if not folder.is_dir():
        raise Unusable(f"{folder}: there is no such folder; {REMEDY}")
    for path in (folder, file):
        if path.exists() and not os.access(path, os.W_OK):
            raise Unusable(
                f"{path}: user {os.getuid()} may not write here; {REMEDY}"
            )


def _refusal(url: URL, error: SQLAlchemyError) -> str:
    reason = " ".join(str(getattr(error, "orig", error)).split())
    if url.password:
        reason = reason.replace(str(url.password), "***")
    if url.get_backend_name() == "sqlite":
        return f"{url.database}: {reason}; {REMEDY}"
    return (
        f"DATABASE_URL: no use of {url.host or 'the local socket'}: {reason}; "
        "mend the URL or start the database, or leave it unset for "
        "/data/todo.sqlite3"
    )
