"""What an item may say."""

import pytest

from todo_app.wording import tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Milk", "Milk"),
        ("  Milk \t and\r\nbread ", "Milk and bread"),
        ("<b>Milk</b> & 'bread'", "<b>Milk</b> & 'bread'"),
        ("a\x00b\x07", "ab"),
        ("חלב 🥛", "חלב 🥛"),
        ("x" * 200, "x" * 200),
        (" " + "🥛" * 200 + " ", "🥛" * 200),
    ],
)
def test_a_text_is_kept_as_one_line(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\t\n", "\u200b", "\x00"])
def test_a_text_that_shows_nothing_is_refused(typed):
    with pytest.raises(ValueError, match="^Write what there is to do.$"):
        tidy(typed)


def test_a_text_that_is_too_long_is_refused_with_its_length():
    with pytest.raises(
        ValueError, match="^That is 201 characters long; shorten it to 200.$"
    ):
        tidy("x" * 201)
