"""How `--reload` takes up what is edited."""

import shutil
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from conftest import SRC, Server

APP = """
answer = {answer}
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
"""
SAVES_ITSELF_ONCE = """
import pathlib
here = pathlib.Path(__file__)
mark = here.parent.parent / "saved"
if not mark.exists():
    mark.touch()
    here.write_text(here.read_text().replace("first", "second"))
"""
BREAKS = {
    "def broken(:": "SyntaxError: invalid syntax",
    "nowhere": "NameError: name 'nowhere' is not defined",
    "import nowhere": "ModuleNotFoundError: No module named 'nowhere'",
    "raise SystemExit('over')": "SystemExit: over",
    "del app": "Failed to find attribute 'app' in 'main'.",
}


@pytest.fixture
def start(serve, tmp_path) -> Callable[..., tuple[Server, Path]]:
    """Serves an app of its own as ours is served while it is edited."""

    def start(main: str, polling="false") -> tuple[Server, Path]:
        for part in (SRC, SRC.parent / "development"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(part, tmp_path / part.name, ignore=ignored)
        folder = tmp_path / "src"
        folder.joinpath("main.py").write_text(main)
        server = serve(
            *(sys.executable, "-m", "gunicorn", "--reload"),
            *("--config", "../development/gunicorn.conf.py", "main:app"),
            folder=folder,
            WATCHFILES_FORCE_POLLING=polling,
            # Bytecode would hide an edit that leaves second and size alike.
            PYTHONDONTWRITEBYTECODE="1",
        )
        return server, folder

    return start


@pytest.mark.parametrize(("polling", "edits"), [("false", 5), ("true", 2)])
def test_each_edit_is_served_and_no_request_is_lost(start, polling, edits):
    server, folder = start(APP.format(answer="b'as it was'"), polling)
    for number in range(edits):
        text = f"edit {number}"
        folder.joinpath("main.py").write_text(APP.format(answer=f"b'{text}'"))
        served(server, lambda _, body, text=text: body == text)


def test_an_edit_that_breaks_is_shown_until_the_next(start):
    good = APP.format(answer="b'good'")
    server, folder = start(good)
    for line, error in BREAKS.items():
        folder.joinpath("main.py").write_text(f"{good}\n{line}\n")
        shown = served(server, lambda status, _: status == 500)
        assert shown.rstrip().endswith(error)
        folder.joinpath("main.py").write_text(good)
        served(server, lambda status, _: status == 200)
    server.process.terminate()
    out, _ = server.process.communicate(timeout=10)
    assert [error for error in BREAKS.values() if error not in out] == []


@pytest.mark.parametrize("polling", ["false", "true"])
def test_a_file_that_was_missing_is_found_when_it_is_there(start, polling):
    server, folder = start(APP.format(answer="b'before'"), polling)
    late = f"import late\n{APP.format(answer='late.answer')}"
    folder.joinpath("main.py").write_text(late)
    served(server, lambda status, _: status == 500)
    folder.joinpath("late.py").write_text("answer = b'here'")
    served(server, lambda _, body: body == "here")


def test_an_edited_template_is_served(start):
    answer = "open('templates/error.html', 'rb').read()"
    server, folder = start(APP.format(answer=answer))
    folder.joinpath("templates", "error.html").write_text("edited")
    served(server, lambda _, body: body == "edited")


@pytest.mark.parametrize("polling", ["false", "true"])
def test_what_is_saved_while_the_app_loads_is_served(start, polling):
    main = APP.format(answer="b'first'") + SAVES_ITSELF_ONCE
    server, _ = start(main, polling)
    served(server, lambda _, body: body == "second")


def served(server: Server, wanted: Callable[[int, str], bool]) -> str:
    """Asks, as a browser does, until the answer is the one that is wanted."""
    deadline = time.monotonic() + 20
    while True:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/")
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        if wanted(answer.status, body):
            return body
        assert time.monotonic() < deadline, body
        time.sleep(0.02)
