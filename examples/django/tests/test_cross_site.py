"""Whose forms are taken, and by which proxies they may come."""

import re

import pytest
from django.test import Client

from books.models import Book

pytestmark = pytest.mark.django_db

HIDDEN = {"Host": "app:8000", "Origin": "https://books.example"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no browser"),
        pytest.param({"Origin": "http://testserver"}, id="directly"),
        pytest.param(
            {
                "X-Forwarded-Proto": "https",
                "Host": "books.example",
                "Origin": "https://books.example",
            },
            id="TLS ends before the container",
        ),
        pytest.param(
            {**HIDDEN, "Sec-Fetch-Site": "same-origin"},
            id="another host and scheme, which the proxy hides",
        ),
        pytest.param(
            {
                **HIDDEN,
                "X-Forwarded-Proto": "https",
                "Sec-Fetch-Site": "same-origin",
            },
            id="another host, which the proxy hides",
        ),
        pytest.param(
            {
                **HIDDEN,
                "X-Forwarded-Host": "books.example, books.example",
                "X-Forwarded-Proto": "https",
                "Sec-Fetch-Site": "same-origin",
            },
            id="another host, which two proxies tell",
        ),
    ],
)
def test_a_form_of_the_page_itself_is_taken(headers):
    assert send(headers).status_code == 303
    assert Book.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "https://testserver"},
        {"Origin": "null"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://a.testserver", "Sec-Fetch-Site": "same-site"},
        {"X-Forwarded-Proto": "https"},
        HIDDEN,
        {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(headers):
    answer = send(headers)
    assert answer.status_code == 403
    assert "<h1>That came from elsewhere</h1>" in answer.text
    assert Book.objects.count() == 0


def test_a_form_without_a_token_is_refused_from_wherever_it_comes():
    client = Client(enforce_csrf_checks=True)
    client.get("/")
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/", {"title": "Emma"}, headers=headers)
    assert answer.status_code == 403
    assert Book.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "secure"),
    [({}, False), ({"X-Forwarded-Proto": "https"}, True)],
)
def test_the_cookie_is_secure_where_the_page_came_by_tls(headers, secure):
    cookie = Client().get("/", headers=headers).cookies["csrftoken"]
    assert bool(cookie["secure"]) is secure
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


def send(headers):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/").text
    token = re.search('csrfmiddlewaretoken" value="(.*?)"', page)[1]
    form = {"title": "Emma", "csrfmiddlewaretoken": token}
    return client.post("/", form, headers=headers)
