"""Which settings the server accepts."""

import pytest

import settings


@pytest.mark.parametrize(
    ("given", "port"),
    [(None, 8000), ("", 8000), ("1", 1), ("9000", 9000), ("65535", 65535)],
)
def test_a_port_is_accepted(given, port):
    assert settings.port({} if given is None else {"PORT": given}) == port


@pytest.mark.parametrize(
    "given", ["0", "65536", "-1", "80.0", "abc", " 80", "80\n", "٣", "999999"]
)
def test_a_port_is_refused_in_one_line(given):
    with pytest.raises(SystemExit) as refusal:
        settings.port({"PORT": given})
    assert refusal.value.code == (
        f"PORT: {given!r} is not a whole number from 1 to 65535; "
        "set one, or leave it unset for 8000"
    )


@pytest.mark.parametrize(
    ("given", "workers"), [(None, 1), ("", 1), ("4", 4), ("256", 256)]
)
def test_a_number_of_workers_is_accepted(given, workers):
    environment = {} if given is None else {"WEB_CONCURRENCY": given}
    assert settings.workers(environment) == workers


@pytest.mark.parametrize("given", ["0", "257", "-2", "many"])
def test_a_number_of_workers_is_refused_in_one_line(given):
    with pytest.raises(SystemExit) as refusal:
        settings.workers({"WEB_CONCURRENCY": given})
    assert refusal.value.code == (
        f"WEB_CONCURRENCY: {given!r} is not a whole number from 1 to 256; "
        "set one, or leave it unset for 1"
    )
