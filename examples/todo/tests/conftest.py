"""Databases and running servers for the tests that need one."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine

from todo_app import settings
from todo_app.items import Table

ROOT = Path(__file__).parent.parent


@dataclass
class Server:
    """A server process and the port on which it answers."""

    process: subprocess.Popen
    port: int

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.port}/"

    def connect(self) -> socket.socket:
        """Opens a connection to the server."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)


@pytest.fixture
def sqlite(tmp_path) -> str:
    """The address of a database of SQLite that is not there yet."""
    return f"sqlite:///{tmp_path}/todo.sqlite3"


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database of Postgres."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("not tried on Postgres: TEST_DATABASE_URL names none")
    _drop_tables(url)
    yield url
    _drop_tables(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request) -> str:
    """The address of an empty database, of one kind and then the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers that answer already; ends them after the test."""
    started = []

    def start(**environment: str) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "todo_app.serve"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        server = Server(process, port)
        _await_answer(server)
        return server

    yield start
    for process in started:
        # Not killed: its workers would live on for some seconds.
        process.terminate()
        process.communicate(timeout=20)


def _drop_tables(url: str) -> None:
    engine = create_engine(settings.database({"DATABASE_URL": url}))
    Table.metadata.drop_all(engine)
    engine.dispose()


def _await_answer(server: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urlopen(f"{server.url}healthcheck", timeout=30).close()
            return
        except OSError:
            assert server.process.poll() is None, server.process.communicate()
            time.sleep(0.02)
    raise TimeoutError("the server did not answer within 30 seconds")
