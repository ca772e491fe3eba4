"""What the page says about the last thing that was done."""

import pytest

from todo_app.items import Item
from todo_app.notice import Notice

MILK = Item(id=1, text="Milk")
LONG = Item(id=2, text="x" * 59 + " and more")
BREAD = Item(id=3, text="Bread")
GONE = {"one": [MILK], "two": [MILK, BREAD]}


@pytest.mark.parametrize(
    ("address", "notice"),
    [
        ({}, None),
        ({"added": "1"}, Notice("Added “Milk”.", item_id=1)),
        ({"added": "2"}, Notice(f"Added “{'x' * 59}…”.", item_id=2)),
        ({"reopened": "1"}, Notice("To do again: “Milk”.", item_id=1)),
        ({"completed": "3"}, Notice("Done: “Bread”.", item_id=3)),
        ({"deleted": "one"}, Notice("Deleted “Milk”.", deleted_by="one")),
        ({"deleted": "two"}, Notice("Deleted 2 items.", deleted_by="two")),
    ],
)
def test_an_address_asks_for_a_notice(address, notice):
    assert notice_of(address) == notice


@pytest.mark.parametrize(
    "address",
    [
        {"added": "3"},
        {"reopened": "3"},
        {"completed": "1"},
        {"added": "4"},
        {"added": "<b>"},
        {"deleted": "three"},
        {"deleted": ""},
    ],
)
def test_what_is_not_true_any_more_is_not_said(address):
    assert notice_of(address) is None


def notice_of(address):
    return Notice.of(
        address, [MILK, LONG], [BREAD], lambda page: GONE.get(page, [])
    )
