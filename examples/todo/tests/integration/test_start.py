"""How the server starts, serves and stops."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import URL, create_engine, inspect

from todo_app.settings import database as url_of

ROOT = Path(__file__).parent.parent.parent
REMEDY = "give the service a data path, or set DATABASE_URL"
MAKE_APP = "from todo_app.app import create_app; create_app()"


def start(*command, **environment):
    return subprocess.Popen(
        [sys.executable, *(command or ("-m", "todo_app.serve"))],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(**environment):
    """The one line by which a start ends."""
    process = start(**environment)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.count("\n")) == (1, "", 1)
    return err.rstrip("\n")


def test_the_server_answers_and_logs_to_stdout(serve, sqlite):
    server = serve(DATABASE_URL=sqlite, app_commit="abc", app_branch="main")
    with urlopen(f"{server.url}healthcheck", timeout=5) as answer:
        assert json.load(answer) == {
            "status": "ok",
            "commit": "abc",
            "branch": "main",
        }
    server.process.terminate()
    out, err = server.process.communicate(timeout=10)
    assert server.process.returncode == 0
    assert '"GET /healthcheck HTTP/1.1" 200' in out
    assert "[ERROR]" not in out
    assert err == ""


def test_open_connections_do_not_hold_up_a_stop(serve, sqlite):
    server = serve(DATABASE_URL=sqlite)
    connections = [server.connect() for _ in range(12)]
    connections[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connections[0].recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
    server.process.terminate()
    # After 10 seconds Docker and Cloud Run would kill it.
    assert server.process.wait(timeout=10) == 0
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("name", ["PORT", "WEB_CONCURRENCY"])
def test_a_bad_number_ends_the_start_with_one_line(name):
    assert refusal(**{name: "abc"}).startswith(
        f"{name}: 'abc' is not a whole number from 1 to"
    )


def test_a_bad_title_ends_the_start_with_one_line(sqlite):
    line = refusal(DATABASE_URL=sqlite, TODO_TITLE="x" * 61)
    assert line.startswith("TODO_TITLE: ")


def test_a_folder_that_is_not_there_ends_the_start_with_one_line(tmp_path):
    folder = tmp_path / "nowhere"
    assert refusal(DATABASE_URL=f"sqlite:///{folder}/todo.sqlite3") == (
        f"{folder}: there is no such folder; {REMEDY}"
    )


@pytest.mark.parametrize("locked", ["", "todo.sqlite3"])
def test_what_may_not_be_written_ends_the_start_with_one_line(
    tmp_path, locked
):
    path = tmp_path / locked
    if locked:
        path.touch()
    path.chmod(0o555)
    if os.access(path, os.W_OK):
        pytest.skip("not tried: this user may write everywhere")
    assert refusal(DATABASE_URL=f"sqlite:///{tmp_path}/todo.sqlite3") == (
        f"{path}: user {os.getuid()} may not write here; {REMEDY}"
    )


def test_a_file_that_is_no_database_ends_the_start_with_one_line(tmp_path):
    file = tmp_path / "todo.sqlite3"
    file.write_text("Milk and bread. " * 64)
    assert refusal(DATABASE_URL=f"sqlite:///{file}") == (
        f"{file}: file is not a database; {REMEDY}"
    )


def test_a_database_out_of_reach_ends_the_start_without_the_password():
    word = "opensesame"
    url = URL.create("postgresql", "me", word, "127.0.0.1", 9, "todo")
    line = refusal(DATABASE_URL=url.render_as_string(hide_password=False))
    assert line.startswith("DATABASE_URL: no use of 127.0.0.1: ")
    assert "Connection refused" in line
    assert line.endswith(
        "; mend the URL or start the database, or leave it unset for "
        "/data/todo.sqlite3"
    )
    assert word not in line


def test_a_wrong_option_of_the_database_ends_the_start_with_one_line():
    url = "postgresql://127.0.0.1:9/todo?colour=red"
    assert "colour" in refusal(DATABASE_URL=url)


def test_many_may_start_at_once_on_an_empty_database(database):
    processes = [
        start("-c", MAKE_APP, DATABASE_URL=database) for _ in range(4)
    ]
    ended = [process.communicate(timeout=60) for process in processes]
    assert ended == [("", "")] * 4
    assert [process.returncode for process in processes] == [0] * 4
    engine = create_engine(url_of({"DATABASE_URL": database}))
    assert inspect(engine).get_table_names() == ["item"]
    engine.dispose()
