"""A database of the tests' own, and servers for those that need one."""

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

PROJECT = Path(__file__).parent.parent / "django_project"
SETTINGS = (
    "PORT",
    "WEB_CONCURRENCY",
    "DATABASE_URL",
    "SECRET_KEY",
    "DJANGO_DEBUG",
    "ALLOWED_HOSTS",
    "app_commit",
    "app_branch",
)


@dataclass
class Server:
    """A server process and the port on which it answers."""

    process: subprocess.Popen
    port: int

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def connect(self) -> socket.socket:
        """Opens a connection to the server."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def stop(self) -> str:
        """Ends the server as a platform does and returns what it said."""
        self.process.terminate()
        return self.process.communicate(timeout=20)[0]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """Lets Django's tests use a file, as the server does."""
    from django.db import connection

    folder = tmp_path_factory.mktemp("database")
    connection.settings_dict["TEST"]["NAME"] = str(folder / "db.sqlite3")


@pytest.fixture
def launch() -> Iterator[Callable[..., Server]]:
    """Starts servers with SQLite in a folder; ends them after the test."""
    started = []

    def start(folder: Path, **environment: str) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        given = {"PORT": str(port), "DATABASE_URL": sqlite(folder)}
        process = subprocess.Popen(
            [sys.executable, "serve.py"],
            cwd=PROJECT,
            env=environment_with(**{**given, **environment}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return Server(process, port)

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.communicate(timeout=20)


@pytest.fixture
def serve(launch) -> Callable[..., Server]:
    """Launches servers, and returns each once it answers."""

    def start(folder: Path, **environment: str) -> Server:
        server = launch(folder, **environment)
        await_answer(server)
        return server

    return start


def run(*command: str, **environment: str) -> tuple[int, str]:
    """Runs Python to its end; returns its code and what it said."""
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment_with(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )
    return ended.returncode, ended.stdout


def environment_with(**more: str) -> dict[str, str]:
    """This process's environment without settings, and those on top."""
    kept = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    return {**kept, **more}


def sqlite(folder: Path) -> str:
    """The `DATABASE_URL` of a file in a folder."""
    return f"sqlite:///{folder}/db.sqlite3"


def await_answer(server: Server) -> None:
    """Waits until a server answers; fails when it ends or takes 30 seconds."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urlopen(server.url, timeout=30).close()
            return
        except OSError:
            assert server.process.poll() is None, server.process.communicate()
            time.sleep(0.02)
    raise TimeoutError("the server did not answer within 30 seconds")
