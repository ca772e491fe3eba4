"""How the server starts, serves and stops."""

import json
import os
import shutil
import subprocess
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import URL, create_engine, inspect

import todo_app
from todo_app.settings import database as url_of

REMEDY = "give the service a data path, or set DATABASE_URL"
MAKE_APP = "from todo_app.app import create_app; create_app()"


@pytest.fixture
def refusal(start):
    """Starts the server, and returns the one line by which that ends."""

    def of(**environment):
        process = start("-m", "todo_app.serve", **environment)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err.count("\n")) == (1, "", 1)
        return err.rstrip("\n")

    return of


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


def test_an_empty_number_takes_its_default(serve, sqlite):
    server = serve(DATABASE_URL=sqlite, WEB_CONCURRENCY="")
    server.process.terminate()
    assert server.process.wait(timeout=10) == 0


def test_a_stop_takes_less_than_6_seconds_whoever_stays_connected(
    serve, sqlite
):
    server = serve(DATABASE_URL=sqlite)
    connections = [server.connect() for _ in range(12)]
    connections[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connections[0].recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
    server.process.terminate()
    # After 10 seconds Docker and Cloud Run would kill it.
    assert server.process.wait(timeout=6) == 0
    for connection in connections:
        connection.close()


def test_development_goes_on_after_an_edit_that_makes_the_app_unusable(
    start, port, sqlite, tmp_path
):
    copy = tmp_path / "todo_app"
    shutil.copytree(todo_app.__path__[0], copy)
    start(
        *("-m", "flask", "--app", "todo_app.app", "run", "--port", str(port)),
        cwd=tmp_path,
        # A trace for each answer would soon fill a pipe.
        output=subprocess.DEVNULL,
        DATABASE_URL=sqlite,
        TODO_TITLE="",
        FLASK_DEBUG="1",
    )
    await_status(port, 200)
    file = copy / "settings.py"
    good = file.read_text()
    file.write_text(good.replace('TITLE = "To-Do"', 'TITLE = "x" * 61'))
    await_status(port, 500)
    file.write_text(good)
    await_status(port, 200)


@pytest.mark.parametrize("name", ["PORT", "WEB_CONCURRENCY"])
def test_a_bad_number_ends_the_start_with_one_line(refusal, name):
    assert refusal(**{name: "abc"}).startswith(
        f"{name}: 'abc' is not a whole number from 1 to"
    )


def test_a_bad_title_ends_the_start_with_one_line(refusal, sqlite):
    line = refusal(DATABASE_URL=sqlite, TODO_TITLE="x" * 61)
    assert line.startswith("TODO_TITLE: ")


def test_a_folder_that_is_not_there_ends_the_start_with_one_line(
    refusal, tmp_path
):
    folder = tmp_path / "nowhere"
    assert refusal(DATABASE_URL=f"sqlite:///{folder}/todo.sqlite3") == (
        f"{folder}: there is no such folder; {REMEDY}"
    )


@pytest.mark.parametrize("locked", ["", "todo.sqlite3"])
def test_what_may_not_be_written_ends_the_start_with_one_line(
    refusal, tmp_path, locked
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


def test_a_file_that_is_no_database_ends_the_start_with_one_line(
    refusal, tmp_path
):
    file = tmp_path / "todo.sqlite3"
    file.write_text("Milk and bread. " * 64)
    assert refusal(DATABASE_URL=f"sqlite:///{file}") == (
        f"{file}: file is not a database; {REMEDY}"
    )


def test_a_database_out_of_reach_ends_the_start_without_the_password(
    refusal,
):
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


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("colour=red", 'invalid connection option "colour"'),
        ("port=1&port=2", "number of hosts and ports don't match"),
    ],
)
def test_a_wrong_option_of_the_database_ends_the_start_with_one_line(
    refusal, option, said
):
    url = f"postgresql://127.0.0.1/todo?{option}"
    assert f"no use of 127.0.0.1: {said}; " in refusal(DATABASE_URL=url)


def test_many_may_start_at_once_on_an_empty_database(database, start):
    processes = [
        start("-c", MAKE_APP, DATABASE_URL=database) for _ in range(4)
    ]
    ended = [process.communicate(timeout=60) for process in processes]
    assert ended == [("", "")] * 4
    assert [process.returncode for process in processes] == [0] * 4
    engine = create_engine(url_of({"DATABASE_URL": database}))
    assert inspect(engine).get_table_names() == ["item"]
    engine.dispose()


def await_status(port, wanted):
    """Waits until the page has a status, up to 30 seconds."""
    deadline = time.monotonic() + 30
    found = None
    while found != wanted:
        assert time.monotonic() < deadline, f"{found} instead of {wanted}"
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                found = answer.status
        except HTTPError as error:
            found = error.code
        except OSError as error:
            found = error
        time.sleep(0.02)
