"""What the app answers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, update
from sqlalchemy.exc import OperationalError

from todo_app.app import create_app
from todo_app.database import open_database
from todo_app.items import Item, Items
from todo_app.settings import database as url_of


@pytest.fixture
def engine(database):
    engine = open_database(url_of({"DATABASE_URL": database}))
    yield engine
    engine.dispose()


@pytest.fixture
def items(engine):
    return Items(engine)


@pytest.fixture
def client(database):
    return create_app(environment(database)).test_client()


def environment(database):
    return {
        "DATABASE_URL": database,
        "TODO_TITLE": "Our <list>",
        "app_commit": "0123456789abcdef0123456789abcdef01234567",
        "app_branch": "feature/x",
    }


def texts(found):
    return [item.text for item in found]


def test_an_empty_list_says_so(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert "<h1>Our &lt;list&gt;</h1>" in answer.text
    assert "<title>Our &lt;list&gt; (0)</title>" in answer.text
    assert "Nothing to do yet." in answer.text
    assert '<code translate="no">0123456</code>' in answer.text


def test_an_item_is_added_once_and_shown_escaped(client, items):
    for _ in range(2):
        answer = client.post(
            "/", data={"text": " <b>Milk</b> ", "page": "a-page"}
        )
        assert answer.status_code == 303
        assert answer.location == "/?added=1"
    page = client.get(answer.location)
    assert texts(items.to_do()) == ["<b>Milk</b>"]
    assert "<span>Added “&lt;b&gt;Milk&lt;/b&gt;”.</span>" in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("page", ["", "not a key", "x" * 65])
def test_without_a_pages_key_every_form_adds_an_item(client, items, page):
    for _ in range(2):
        client.post("/", data={"text": "Milk", "page": page})
    assert texts(items.to_do()) == ["Milk", "Milk"]


def test_the_newest_item_is_first(client, items):
    for word in ("one", "two", "three"):
        client.post("/", data={"text": word})
    assert texts(items.to_do()) == ["three", "two", "one"]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Write what there is to do."),
        ("  ", "Write what there is to do."),
        (
            " &lt;" + "x" * 198,
            "That is 202 characters long; shorten it to 200.",
        ),
    ],
)
def test_bad_input_is_said_beside_the_field_and_kept(
    client, items, typed, error
):
    answer = client.post("/", data={"text": typed.replace("&lt;", "<123")})
    shown = typed.replace("&lt;", "&lt;123")
    assert answer.status_code == 400
    assert f'name="text" value="{shown}"' in answer.text
    assert 'aria-describedby="error" aria-invalid="true"' in answer.text
    assert f'id="error" role="alert">{error}</p>' in answer.text
    assert items.to_do() == []


def test_an_item_is_completed_and_reopened_however_often_that_is_sent(
    client, items
):
    item = items.add("Milk", "a-page")
    for _ in range(2):
        answer = client.post(f"/items/{item}/complete", data={"next": "7"})
        assert answer.status_code == 303
        assert answer.location == "/?completed=1#item-7"
    assert (texts(items.to_do()), texts(items.done())) == ([], ["Milk"])
    assert "Done: “Milk”." in client.get(answer.location).text
    for _ in range(2):
        answer = client.post(f"/items/{item}/reopen", data={"next": ""})
        assert answer.location == "/?reopened=1"
    assert (texts(items.to_do()), texts(items.done())) == (["Milk"], [])
    assert "To do again: “Milk”." in client.get(answer.location).text


def test_what_is_done_last_is_first(client, items):
    for word in ("one", "two", "three"):
        items.add(word, "a-page")
    for item in (2, 1, 3):
        client.post(f"/items/{item}/complete")
    assert texts(items.done()) == ["three", "one", "two"]


def test_a_text_can_be_added_again_by_a_page_once_it_is_done(client, items):
    client.post("/", data={"text": "Milk", "page": "a-page"})
    client.post("/items/1/complete")
    client.post("/", data={"text": "Milk", "page": "a-page"})
    assert (texts(items.to_do()), texts(items.done())) == (["Milk"], ["Milk"])


def test_an_item_is_deleted_and_brought_back_however_often_that_is_sent(
    client, items
):
    item = items.add("Milk", "a-page")
    items.add("Bread", "a-page")
    for page in ("first", "second"):
        answer = client.post(f"/items/{item}/delete", data={"page": page})
        assert answer.status_code == 303
        assert answer.location == "/?deleted=first"
    assert texts(items.to_do()) == ["Bread"]
    page = client.get(answer.location).text
    assert "Deleted “Milk”." in page
    assert 'name="deleted" value="first"' in page
    answers = [
        client.post("/restore", data={"deleted": "first"}) for _ in range(2)
    ]
    assert [answer.location for answer in answers] == ["/#item-1", "/"]
    assert texts(items.to_do()) == ["Bread", "Milk"]


def test_what_is_done_is_cleared_and_brought_back(client, items):
    for word in ("one", "two", "three"):
        items.add(word, "a-page")
    items.complete(1)
    items.complete(3)
    answer = client.post("/clear", data={"page": "a-page"})
    assert answer.status_code == 303
    assert answer.location == "/?deleted=a-page"
    assert (texts(items.to_do()), items.done()) == (["two"], [])
    assert "Deleted 2 items." in client.get(answer.location).text
    client.post("/restore", data={"deleted": "a-page"})
    assert texts(items.done()) == ["three", "one"]


def test_what_was_deleted_an_hour_ago_is_gone(client, items, engine):
    for word in ("Milk", "Bread"):
        items.add(word, "a-page")
    client.post("/items/1/delete", data={"page": "long-ago"})
    with engine.begin() as connection:
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(
            update(Item).where(Item.id == 1).values(deleted_at=an_hour_ago)
        )
    assert items.deleted_by("long-ago") == []
    assert (
        client.post("/restore", data={"deleted": "long-ago"}).location == "/"
    )
    client.post("/items/2/delete")
    with engine.begin() as connection:
        assert connection.scalars(select(Item.id)).all() == [2]


@pytest.mark.parametrize("action", ["complete", "reopen", "delete"])
@pytest.mark.parametrize("item", ["2", "2147483647"])
def test_an_unknown_item_is_an_error(client, items, action, item):
    items.add("Milk", "a-page")
    answer = client.post(f"/items/{item}/{action}")
    assert answer.status_code == 404
    assert "This item is not on the list any more." in answer.text
    assert texts(items.to_do()) == ["Milk"]


@pytest.mark.parametrize("item", ["0x1", "-1", "2147483648", "9" * 30])
def test_an_item_that_cannot_be_is_an_error(client, item):
    answer = client.post(f"/items/{item}/complete")
    assert answer.status_code == 404
    assert "<h1>Not Found</h1>" in answer.text


@pytest.mark.parametrize(
    "address", ["?deleted=%00", "?added=x&deleted=%F0%9F", "?completed=9"]
)
def test_an_address_with_nonsense_shows_the_list(client, address):
    answer = client.get(f"/{address}")
    assert answer.status_code == 200
    assert "Nothing to do yet." in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/items/1/complete", "/items/1/delete", "/clear", "/restore"]
)
def test_forms_of_other_sites_change_nothing(client, items, path):
    items.add("Milk", "a-page")
    answer = client.post(
        path, data={"text": "Bread"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "so nothing was changed." in answer.text
    assert (texts(items.to_do()), items.done()) == (["Milk"], [])


def test_a_form_larger_than_any_item_is_refused(client, items):
    answer = client.post("/", data={"text": "x" * 300_000})
    assert answer.status_code == 413
    assert items.to_do() == []


@pytest.mark.parametrize("path", ["/items/1/complete", "/clear", "/restore"])
def test_nothing_changes_by_following_a_link(client, path):
    answer = client.get(path)
    assert answer.status_code == 405
    assert "<h1>Method Not Allowed</h1>" in answer.text


def test_the_health_check_answers_for_the_release_without_the_database(
    client, engine
):
    Item.__table__.drop(engine)
    answer = client.get("/healthcheck")
    assert answer.status_code == 200
    assert answer.text == (
        '{"status":"ok",'
        '"commit":"0123456789abcdef0123456789abcdef01234567",'
        '"branch":"feature/x"}\n'
    )


def test_a_lost_server_of_the_database_is_an_error_without_details(
    caplog, monkeypatch
):
    monkeypatch.setattr("todo_app.app.open_database", create_engine)
    app = create_app(environment("postgresql://me@127.0.0.1:9/todo"))
    answer = app.test_client().get("/")
    assert answer.status_code == 503
    assert "The list cannot be reached just now; try again." in answer.text
    [message] = caplog.messages
    assert message.startswith("the database did not answer: connection failed")


def test_a_fault_in_the_file_is_logged_with_its_trace(sqlite, caplog):
    app = create_app(environment(sqlite))
    engine = open_database(url_of({"DATABASE_URL": sqlite}))
    Item.__table__.drop(engine)
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "<h1>Internal Server Error</h1>" in answer.text
    [record] = caplog.records
    assert record.exc_info[0] is OperationalError


@pytest.mark.parametrize("path", ["/", "/healthcheck", "/nowhere"])
def test_no_answer_is_stored_framed_or_sniffed(client, path):
    headers = client.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self'; style-src 'self'"
    )
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_the_page_asks_for_nothing_elsewhere_and_has_no_style_of_its_own(
    client,
):
    client.post("/", data={"text": "Milk"})
    page = client.get("/").text
    assert re.findall(r'(?:href|src|action)="([^"]*)"', page) == [
        "/static/icon.svg",
        "/static/todo.css",
        "/",
        "/items/1/complete",
        "/items/1/delete",
    ]
    assert "style" not in page.replace('rel="stylesheet"', "")
    assert "<script" not in page
