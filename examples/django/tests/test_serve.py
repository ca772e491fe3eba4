"""How the server starts, serves and stops."""

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from conftest import await_answer, run, sqlite

WHO = "reader:hidden"
KEY = "SECRET_KEY: not set; drew one that lasts until the server ends\n"


def test_the_server_migrates_answers_and_logs_to_stdout(serve, tmp_path):
    said = serve(tmp_path).stop()
    assert f"  Applying books.0001_initial... OK\n{KEY}" in said
    assert '"GET / HTTP/1.1" 200' in said
    assert "[ERROR]" not in said
    assert "Warning" not in said


def test_a_second_start_finds_everything_done(serve, tmp_path):
    serve(tmp_path).stop()
    said = serve(tmp_path, SECRET_KEY="x" * 50).stop()
    assert "  No migrations to apply.\n" in said
    assert "SECRET_KEY" not in said


def test_an_empty_setting_takes_its_default(serve, tmp_path):
    said = serve(tmp_path, WEB_CONCURRENCY="").stop()
    assert said.count("Booting worker with pid") == 1


def test_two_servers_may_start_at_once_on_an_empty_folder(launch, tmp_path):
    servers = [launch(tmp_path, WEB_CONCURRENCY="2") for _ in range(2)]
    for server in servers:
        await_answer(server)
    said = [server.stop() for server in servers]
    applied = ["Applying books.0001_initial... OK" in each for each in said]
    assert sorted(applied) == [False, True]


def test_workers_share_what_one_of_them_stored(serve, tmp_path):
    server = serve(tmp_path, WEB_CONCURRENCY="2")
    for _ in range(8):
        with urlopen(server.url, timeout=5) as answer:
            assert answer.status == 200
    assert server.stop().count("Booting worker with pid") == 2


def test_the_stylesheet_is_kept_by_browsers_for_ever(serve, tmp_path):
    server = serve(tmp_path)
    with urlopen(server.url, timeout=5) as answer:
        page = answer.read().decode()
    path = page.split('rel="stylesheet" href="/')[1].split('"')[0]
    with urlopen(server.url + path, timeout=5) as answer:
        assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
        assert answer.headers["Cache-Control"] == (
            "max-age=315360000, public, immutable"
        )
        assert b":focus-visible" in answer.read()


def test_the_page_has_its_style_also_where_django_shows_its_inside(
    serve, tmp_path
):
    server = serve(tmp_path, DJANGO_DEBUG="1")
    with urlopen(f"{server.url}static/books/page.css", timeout=5) as answer:
        assert b":focus-visible" in answer.read()
    with pytest.raises(HTTPError) as failure:
        urlopen(f"{server.url}elsewhere", timeout=5)
    assert failure.value.code == 404
    assert "Content-Security-Policy" not in failure.value.headers
    assert "tried these URL patterns" in failure.value.read().decode()


def test_a_fault_is_logged_with_its_trace_and_told_kindly(serve, tmp_path):
    server = serve(tmp_path)
    tmp_path.joinpath("db.sqlite3").write_bytes(b"")
    with pytest.raises(HTTPError) as failure:
        urlopen(server.url, timeout=5)
    assert failure.value.code == 500
    assert "<h1>That went wrong</h1>" in failure.value.read().decode()
    said = server.stop()
    assert "[ERROR] Internal Server Error: /" in said
    assert "Traceback (most recent call last):" in said


@pytest.mark.parametrize(
    "opening",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="kept-alive"),
        pytest.param(b"", id="silent"),
        pytest.param(b"GET / HT", id="half-sent"),
    ],
)
def test_a_stop_takes_less_than_6_seconds_whoever_stays_connected(
    serve, tmp_path, opening
):
    server = serve(tmp_path)
    connections = [server.connect() for _ in range(12)]
    for connection in connections:
        connection.sendall(opening)
        if opening.endswith(b"\r\n\r\n"):
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
    server.process.terminate()
    # After 10 seconds Docker and Cloud Run would kill it.
    assert server.process.wait(timeout=6) == 0
    for connection in connections:
        connection.close()


OF_ALL = [
    ("DJANGO_DEBUG", "yes", "'yes' is neither 1 nor 0"),
    ("ALLOWED_HOSTS", "http://x", "'http://x' is not a host name"),
    ("DATABASE_URL", f"db://{WHO}@h/n", "not the URL of a database"),
]
OF_THE_SERVER = [
    ("PORT", "http", "'http' is not a whole number"),
    ("WEB_CONCURRENCY", "many", "'many' is not a whole number"),
]


@pytest.mark.parametrize(
    ("command", "name", "given", "fault"),
    [(["serve.py"], *each) for each in OF_ALL + OF_THE_SERVER]
    + [(["manage.py", "migrate"], *each) for each in OF_ALL],
)
def test_a_bad_setting_ends_the_start_with_one_line(
    tmp_path, command, name, given, fault
):
    environment = {"DATABASE_URL": sqlite(tmp_path), name: given}
    code, said = run(*command, **environment)
    assert code == 1
    assert said.startswith(f"{name}: {fault}")
    assert said.count("\n") == 1
    assert "hidden" not in said


@pytest.mark.parametrize("command", [["serve.py"], ["manage.py", "migrate"]])
@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("", "is not there"),
        ("db", "cannot be written"),
        ("db/db.sqlite3", "cannot be written"),
    ],
)
def test_a_folder_that_cannot_be_used_ends_the_start_with_one_line(
    tmp_path, command, place, fault
):
    folder = tmp_path / "db"
    if place:
        folder.mkdir()
        folder.joinpath("db.sqlite3").touch()
        tmp_path.joinpath(place).chmod(0o555)
    code, said = run(*command, DATABASE_URL=sqlite(folder))
    assert (code, said) == (
        1,
        f"{tmp_path / (place or 'db')}: {fault}, but the list is kept in "
        f"{folder}/db.sqlite3; give the service a data path there, "
        "or set DATABASE_URL\n",
    )


def test_a_file_that_is_no_database_ends_the_start_with_one_line(tmp_path):
    tmp_path.joinpath("db.sqlite3").write_text("a letter " * 100)
    code, said = run("serve.py", DATABASE_URL=sqlite(tmp_path))
    assert (code, said) == (
        1,
        f"{tmp_path}/db.sqlite3: cannot be used (file is not a database); "
        "give the service another data path, or set DATABASE_URL\n",
    )


def test_a_postgres_that_does_not_answer_ends_the_start_with_one_line():
    code, said = run(
        "serve.py",
        DATABASE_URL=f"postgres://{WHO}@127.0.0.1:1/books",
    )
    assert code == 1
    assert said.startswith(
        "DATABASE_URL: books at 127.0.0.1 cannot be used (connection failed: "
    )
    assert said.endswith("); start that database, or correct the URL\n")
    assert said.count("\n") == 1
    assert "hidden" not in said


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("x" * 70, "The database name"),
        ("books?pool=true", "Pooling doesn't support"),
    ],
)
def test_a_postgres_that_django_refuses_ends_the_start_with_one_line(
    name, fault
):
    code, said = run(
        "serve.py",
        DATABASE_URL=f"postgres://{WHO}@127.0.0.1:1/{name}",
    )
    assert code == 1
    database = name.partition("?")[0]
    assert said.startswith(
        f"DATABASE_URL: {database} at 127.0.0.1 cannot be used ({fault}"
    )
    assert said.endswith("); start that database, or correct the URL\n")
    assert said.count("\n") == 1
    assert "hidden" not in said


def test_django_finds_nothing_to_warn_of_for_production(tmp_path):
    code, said = run(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        DATABASE_URL=sqlite(tmp_path),
    )
    assert (code, said) == (
        0,
        "System check identified no issues (3 silenced).\n",
    )


def test_the_migrations_make_what_the_models_say(tmp_path):
    code, said = run(
        *("manage.py", "makemigrations", "--check", "--dry-run"),
        DATABASE_URL=sqlite(tmp_path),
    )
    assert (code, said) == (0, "No changes detected\n")
