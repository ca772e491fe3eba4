"""A running server for the tests that need one."""

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

SRC = Path(__file__).parent.parent / "src"


@dataclass
class Server:
    """A server process and the port on which it answers."""

    process: subprocess.Popen
    port: int

    def connect(self) -> socket.socket:
        """Opens a connection to the server."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers in a folder that answer already; ends them afterwards."""
    started = []

    def start(*command: str, folder: Path = SRC, **environment: str) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            command or [sys.executable, "serve.py"],
            cwd=folder,
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
        process.kill()
        process.communicate()


def _await_answer(server: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urlopen(f"http://127.0.0.1:{server.port}/", timeout=30).close()
            return
        except OSError:
            assert server.process.poll() is None, server.process.communicate()
            time.sleep(0.02)
    raise TimeoutError("the server did not answer within 30 seconds")
