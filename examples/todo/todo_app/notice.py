"""What the page says about the last thing that was done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from todo_app.items import Item

LONGEST_QUOTE = 60


@dataclass(frozen=True)
class Notice:
    """One sentence, and what it is about."""

    text: str
    item_id: int | None = None
    # The page whose deletions can be brought back.
    deleted_by: str | None = None

    @classmethod
    def of(
        cls,
        arguments: Mapping[str, str],
        to_do: Sequence[Item],
        done: Sequence[Item],
        deleted_by: Callable[[str], Sequence[Item]],
    ) -> "Notice | None":
        """The notice that an address asks for, as far as it is still true.

        An address says `added`, `completed` or `reopened` with an item's id,
        or `deleted` with the key of the page that did it.
        """
        for did, verb, items in (
            ("added", "Added", to_do),
            ("reopened", "To do again:", to_do),
            ("completed", "Done:", done),
        ):
            for item in items:
                if arguments.get(did) == str(item.id):
                    return cls(f"{verb} {_quote(item)}.", item_id=item.id)
        page = arguments.get("deleted", "")
        gone = deleted_by(page) if page else []
        if len(gone) == 1:
            return cls(f"Deleted {_quote(gone[0])}.", deleted_by=page)
        if gone:
            return cls(f"Deleted {len(gone)} items.", deleted_by=page)
        return None


def _quote(item: Item) -> str:
    if len(item.text) <= LONGEST_QUOTE:
        return f"“{item.text}”"
    return f"“{item.text[:LONGEST_QUOTE - 1].rstrip()}…”"
