"""What whoever watches the container hears; without a database."""

import pytest


@pytest.mark.parametrize("host", ["testserver", "10.0.0.7:8000", "a_b"])
def test_the_healthcheck_names_commit_and_branch_to_any_host(
    client, settings, host
):
    settings.ALLOWED_HOSTS = ["books.example"]
    settings.COMMIT = "a" * 40
    settings.BRANCH = "zweig/grün"
    answer = client.get("/healthcheck", headers={"Host": host})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "status": "ok",
        "commit": "a" * 40,
        "branch": "zweig/grün",
    }


def test_other_paths_are_not_answered_to_a_host_that_is_not_allowed(
    client, settings
):
    settings.ALLOWED_HOSTS = ["books.example"]
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "<h1>That cannot be answered</h1>" in answer.text
