"""Which requests come from the app's own pages."""

import pytest

from todo_app.origin import is_own


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://else.example"},
        {"Origin": "http://todo.example:8000"},
        {"Origin": "https://todo.example:8000"},
    ],
)
def test_the_apps_own_forms_are_accepted(headers):
    assert is_own(headers, "todo.example:8000")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Origin": "http://todo.example:8000",
        },
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://todo.example"},
        {"Origin": "http://todo.example:8001"},
        {"Origin": "http://todo.example:8000.else.example"},
        {"Origin": "http://else.example"},
    ],
)
def test_the_forms_of_others_are_refused(headers):
    assert not is_own(headers, "todo.example:8000")
