"""How the server starts, serves and stops."""

import json
import os
import subprocess
import sys
import time
import urllib.request

import pytest

from conftest import SRC

BY_HAND = (
    *(sys.executable, "-m", "gunicorn", "--reload"),
    *("--access-logfile", "-", "--error-logfile", "-"),
    *("--capture-output", "main:app"),
)


@pytest.mark.parametrize("command", [(), BY_HAND])
def test_the_server_answers_and_logs_to_stdout(serve, command):
    server = serve(*command, app_commit="abc", app_branch="main")
    url = f"http://127.0.0.1:{server.port}/"
    with urllib.request.urlopen(url, timeout=5) as answer:
        assert json.load(answer) == {"commit": "abc", "branch": "main"}
    server.process.terminate()
    out, err = server.process.communicate(timeout=10)
    assert '"GET / HTTP/1.1" 200' in out
    assert "[ERROR]" not in out
    assert err == ""


@pytest.mark.parametrize(
    "opening",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="kept-alive"),
        pytest.param(b"", id="silent"),
        pytest.param(b"GET / HT", id="half-sent"),
    ],
)
def test_open_connections_do_not_hold_up_a_stop(serve, opening):
    # 0.3 s on an idle machine; gunicorn's own worker never takes less than 2.
    # Several attempts, because the machine may be busy.
    assert any(seconds_to_stop(serve(), opening) < 1.9 for _ in range(5))


def seconds_to_stop(server, opening):
    connections = [server.connect() for _ in range(12)]
    for connection in connections:
        connection.sendall(opening)
        if opening.endswith(b"\r\n\r\n"):
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
    began = time.monotonic()
    server.process.terminate()
    assert server.process.wait(timeout=20) == 0
    ended = time.monotonic()
    for connection in connections:
        connection.close()
    return ended - began


def test_a_request_in_hand_is_finished_before_the_stop(serve, tmp_path):
    tmp_path.joinpath("slow.py").write_text(
        "import pathlib, time\n"
        "def app(environ, start_response):\n"
        "    if environ['PATH_INFO'] == '/slow':\n"
        f"        pathlib.Path({str(tmp_path / 'begun')!r}).touch()\n"
        "        time.sleep(0.5)\n"
        "    start_response('200 OK', [('Content-Length', '4')])\n"
        "    return [b'done']\n"
    )
    server = serve(
        *(sys.executable, "-m", "gunicorn"),
        *("--pythonpath", str(tmp_path), "slow:app"),
    )
    with server.connect() as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 10
        while not tmp_path.joinpath("begun").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        server.process.terminate()
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    assert received.endswith(b"\r\n\r\ndone")
    assert server.process.wait(timeout=10) == 0


def test_an_empty_setting_takes_its_default(serve):
    server = serve(WEB_CONCURRENCY="")
    server.process.terminate()
    assert server.process.wait(timeout=10) == 0


@pytest.mark.parametrize("name", ["PORT", "WEB_CONCURRENCY"])
def test_a_bad_setting_ends_the_start_with_one_line(name):
    ended = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=SRC,
        env={**os.environ, name: "abc"},
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"{name}: 'abc' is not a whole number from")
    assert ended.stderr.count("\n") == 1
