"""What the app answers."""

import pytest

from main import DESCRIPTION, create_app

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ENVIRONMENT = {
    "app_commit": "0123456789abcdef0123456789abcdef01234567",
    "app_branch": "feature/x",
    "APP_VERSION": "1.2.3",
    "APP_DESCRIPTION": "a description",
}


def client(environment=ENVIRONMENT):
    return create_app(environment).test_client()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "*/*"},
        {"Accept": "application/json"},
        {"Accept": "text/html;q=0.5, application/json"},
        {"Accept": "image/png"},
    ],
)
def test_the_root_names_commit_and_branch_as_json(headers):
    answer = client().get("/", headers=headers)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.text == (
        '{"commit":"0123456789abcdef0123456789abcdef01234567",'
        '"branch":"feature/x"}\n'
    )


@pytest.mark.parametrize("accept", [BROWSER, "text/html"])
def test_the_root_is_a_page_for_browsers(accept):
    answer = client().get("/", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert '<html lang="en">' in answer.text
    assert ENVIRONMENT["app_commit"] in answer.text
    assert ">feature/x<" in answer.text


def test_the_page_escapes_what_it_shows():
    app = client({"app_branch": "<script>'\"&"})
    answer = app.get("/", headers={"Accept": BROWSER})
    assert ">&lt;script&gt;&#39;&#34;&amp;<" in answer.text


def test_the_page_is_allowed_its_own_style_and_nothing_else():
    answer = client().get("/", headers={"Accept": BROWSER})
    nonce = answer.text.split('<style nonce="')[1].split('"')[0]
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; img-src data:; style-src 'nonce-{nonce}'"
    )


@pytest.mark.parametrize("environment", [{}, dict.fromkeys(ENVIRONMENT, "")])
def test_what_is_missing_or_empty_takes_its_default(environment):
    app = client(environment)
    assert app.get("/").json == {"commit": "unknown", "branch": "unknown"}
    assert app.get("/healthcheck").json == {
        "myapplication": [
            {
                "version": "unknown",
                "description": DESCRIPTION,
                "lastcommitsha": "unknown",
            }
        ]
    }


@pytest.mark.parametrize(
    ("branch", "shown"),
    [
        ("feature/" + "x" * 292, "feature/" + "x" * 292),
        ('it\'s "quoted" $HOME \\n', 'it\'s "quoted" $HOME \\n'),
        ("zweig/grün-枝-🌿", "zweig/grün-枝-🌿"),
        ("not-utf8-\udcff", "not-utf8-\ufffd"),
    ],
)
def test_any_branch_name_arrives_unharmed(branch, shown):
    answer = client({"app_branch": branch}).get("/")
    assert answer.json == {"commit": "unknown", "branch": shown}


def test_the_health_check_answers_for_the_deployed_release():
    answer = client().get("/healthcheck", headers={"Accept": BROWSER})
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.text == (
        '{"myapplication":[{"version":"1.2.3",'
        '"description":"a description",'
        '"lastcommitsha":"0123456789abcdef0123456789abcdef01234567"}]}\n'
    )


@pytest.mark.parametrize("path", ["/", "/healthcheck"])
def test_head_answers_like_get_without_a_body(path):
    answer = client().head(path)
    assert answer.status_code == 200
    assert answer.content_length == client().get(path).content_length
    assert answer.data == b""


def test_an_unknown_path_is_an_error_in_json_or_a_page():
    answer = client().get("/nowhere")
    assert answer.status_code == 404
    assert answer.json == {"status": 404, "error": "Not Found"}
    page = client().get("/nowhere", headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert page.content_type == "text/html; charset=utf-8"
    assert "<h1>Not Found</h1>" in page.text


def test_a_wrong_method_is_refused_with_those_that_are_allowed():
    answer = client().post("/healthcheck", data="x")
    assert answer.status_code == 405
    assert answer.json == {"status": 405, "error": "Method Not Allowed"}
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS"}


def test_a_crash_is_an_error_without_details():
    app = create_app(ENVIRONMENT)
    app.add_url_rule("/crash", view_func=lambda: 1 / 0)
    answer = app.test_client().get("/crash")
    assert answer.status_code == 500
    assert answer.json == {"status": 500, "error": "Internal Server Error"}


@pytest.mark.parametrize("path", ["/", "/healthcheck", "/nowhere"])
def test_no_answer_is_stored_framed_or_sniffed(path):
    headers = client().get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Vary"] == "Accept"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
