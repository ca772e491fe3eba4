"""What the page answers."""

import re

import pytest

from books.models import Book

pytestmark = pytest.mark.django_db


def test_an_empty_list_says_so_and_waits_for_a_title(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert counts(answer) == "0 to read, 0 read"
    assert "Nothing is here yet." in answer.text
    assert " autofocus" in answer.text


def test_a_title_is_added_and_the_browser_sent_back_to_the_field(client):
    answer = client.post("/", {"title": "  The \n Trial "})
    assert (answer.status_code, answer["Location"]) == (303, "/#title")
    assert stored() == [("The Trial", False)]
    answer = client.get("/")
    assert counts(answer) == "1 to read, 0 read"
    assert '<span class="title">The Trial</span>' in answer.text
    assert " autofocus" not in answer.text


def test_a_title_is_added_once_however_often_it_is_sent(client):
    for title in ("Emma", "Emma", " Emma"):
        answer = client.post("/", {"title": title})
    book = Book.objects.get()
    assert answer["Location"] == f"/#book-{book.pk}"
    assert stored() == [("Emma", False)]


def test_a_title_may_have_200_characters_of_any_kind(client):
    title = "<b>&'\"🌿" + "x" * 193
    assert client.post("/", {"title": title}).status_code == 303
    assert stored() == [(title, False)]
    assert "&lt;b&gt;&amp;&#x27;&quot;🌿xxx" in client.get("/").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Type a title first."),
        ({"title": ""}, "Type a title first."),
        ({"title": " \t\u3000"}, "Type a title first."),
        (
            {"title": "x" * 203},
            "A title has at most 200 characters; this one has 203.",
        ),
        ({"title": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_title_that_cannot_be_taken_is_kept_in_the_field(
    client, typed, said
):
    answer = client.post("/", typed)
    assert answer.status_code == 400
    assert f'id="title_error" role="alert">{said}</p>' in answer.text
    field = re.search('<input[^>]* id="title"[^>]*>', answer.text)[0]
    value = re.search('value="(.*?)"', field, re.DOTALL)
    assert (value[1] if value else "") == typed.get("title", "")
    assert 'aria-invalid="true" aria-describedby="title_error"' in field
    assert stored() == []


def test_a_book_is_marked_as_read_and_back(client):
    book = Book.objects.create(title="Emma")
    for action, read, said in (
        ("read", True, "0 to read, 1 read"),
        ("read", True, "0 to read, 1 read"),
        ("unread", False, "1 to read, 0 read"),
    ):
        answer = client.post(f"/books/{book.pk}/{action}")
        assert answer.status_code == 303
        assert answer["Location"] == f"/#book-{book.pk}"
        assert stored() == [("Emma", read)]
        assert counts(client.get("/")) == said


@pytest.mark.parametrize(
    ("deleted", "focused"),
    [("Emma", "Dune"), ("Dune", "Ada"), ("Ada", "Dune"), ("Read", None)],
)
def test_a_book_is_deleted_and_the_next_one_has_focus(
    client, deleted, focused
):
    numbers = {
        title: Book.objects.create(title=title, read=title == "Read").pk
        for title in ("Ada", "Dune", "Read", "Emma")
    }
    answer = client.post(f"/books/{numbers[deleted]}/delete")
    focus = f"book-{numbers[focused]}" if focused else "title"
    assert (answer.status_code, answer["Location"]) == (303, f"/#{focus}")
    assert deleted not in dict(stored())
    assert len(stored()) == 3


@pytest.mark.parametrize("number", [7, 10**30])
def test_a_book_that_is_gone_cannot_be_marked_but_stays_deleted(
    client, number
):
    for action in ("read", "unread"):
        answer = client.post(f"/books/{number}/{action}")
        assert answer.status_code == 404
        assert "It may have been deleted in the meantime." in answer.text
    answer = client.post(f"/books/{number}/delete")
    assert (answer.status_code, answer["Location"]) == (303, "/#title")


@pytest.mark.parametrize("action", ["read", "unread", "delete"])
def test_a_link_changes_nothing(client, action):
    book = Book.objects.create(title="Emma")
    answer = client.get(f"/books/{book.pk}/{action}")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert stored() == [("Emma", False)]


def test_the_newest_books_come_first_and_the_read_ones_last(client):
    for title, read in (("A", True), ("B", False), ("C", True), ("D", False)):
        Book.objects.create(title=title, read=read)
    titles = re.findall('class="title">(.)<', client.get("/").text)
    assert titles == ["D", "B", "C", "A"]


def test_the_page_asks_no_one_else_and_is_kept_by_no_one(client):
    answer = client.get("/")
    assert re.findall('(?:href|src)="([^"]*)"', answer.text) == [
        pattern_of(answer.text, r"/static/books/icon\.\w{12}\.svg"),
        pattern_of(answer.text, r"/static/books/page\.\w{12}\.css"),
    ]
    assert {
        name: answer.headers.get(name)
        for name in (
            "Cache-Control",
            "Content-Security-Policy",
            "Cross-Origin-Opener-Policy",
            "Referrer-Policy",
            "X-Content-Type-Options",
            "X-Frame-Options",
        )
    } == {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'none'; img-src 'self'; style-src 'self'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def test_the_page_names_the_commit_in_short(client, settings):
    settings.COMMIT = "0123456" + "a" * 33
    assert '<code translate="no">0123456</code>' in client.get("/").text


def test_what_does_not_exist_is_said_on_a_page_of_the_same_look(client):
    answer = client.get("/elsewhere")
    assert answer.status_code == 404
    assert "<h1>Nothing is here</h1>" in answer.text
    assert "/static/books/page." in answer.text


def counts(answer):
    return re.search('class="counts">(.*?)<', answer.text)[1]


def pattern_of(text, pattern):
    return re.search(pattern, text)[0]


def stored():
    return list(Book.objects.values_list("title", "read"))
