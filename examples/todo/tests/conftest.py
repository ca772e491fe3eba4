"""Databases and running servers for the tests that need one."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
from sqlalchemy import make_url

ROOT = Path(__file__).parent.parent

# The development image sets it; Flask then raises what it should answer.
os.environ.pop("FLASK_DEBUG", None)


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
    """The address of a new and empty database of Postgres."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("not tried on Postgres: TEST_DATABASE_URL names none")
    name = f"todo_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        new = make_url(url).set(database=name)
        yield new.render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request) -> str:
    """The address of an empty database, of one kind and then the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts Python with arguments; ends after the test what still runs."""
    started = []

    def run(
        *arguments: str,
        cwd: Path = ROOT,
        output: int = subprocess.PIPE,
        **environment: str,
    ) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=cwd,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        # Not killed: its workers would live on for some seconds.
        process.terminate()
    for process in started:
        process.communicate(timeout=20)


@pytest.fixture
def serve(start) -> Callable[..., Server]:
    """Starts servers that answer already; ends them after the test."""

    def run(**environment: str) -> Server:
        port = _free_port()
        process = start(
            "-m", "todo_app.serve", **{"PORT": str(port), **environment}
        )
        server = Server(process, port)
        _await_answer(server)
        return server

    return run


@pytest.fixture
def port() -> int:
    """A port of this machine on which nobody answers."""
    return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
