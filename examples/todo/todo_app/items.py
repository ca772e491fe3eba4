"""The items, and all that can happen to them."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    DateTime,
    Engine,
    String,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from todo_app.wording import LONGEST_TEXT

LARGEST_ID = 2**31 - 1
LONGEST_KEY = 64

# What names one showing of the page.
KEY = re.compile(f"[A-Za-z0-9_-]{{1,{LONGEST_KEY}}}")

# How long a deleted item can be brought back.
KEPT = timedelta(hours=1)


class Table(DeclarativeBase):
    """What SQLAlchemy knows the tables by."""


class Item(Table):
    """Something to do, or done, or deleted a short while ago."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("added_by", "text"),
        # A deleted item's number is never given to another one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )
    # The pages that did it, by their keys: one page does a thing once, however
    # often its form arrives.
    added_by: Mapped[str | None] = mapped_column(String(LONGEST_KEY))
    deleted_by: Mapped[str | None] = mapped_column(String(LONGEST_KEY))


class Items:
    """All items of one database; each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)

    def to_do(self) -> list[Item]:
        """What is to do, the newest first."""
        return self._select(
            Item.done_at.is_(None), Item.deleted_at.is_(None), order=[Item.id]
        )

    def done(self) -> list[Item]:
        """What is done, the latest first."""
        return self._select(
            Item.done_at.is_not(None),
            Item.deleted_at.is_(None),
            order=[Item.done_at, Item.id],
        )

    def deleted_by(self, page: str) -> list[Item]:
        """What one page has deleted and can still be brought back."""
        if not KEY.fullmatch(page):
            return []
        return self._select(
            Item.deleted_by == page,
            Item.deleted_at > _now() - KEPT,
            order=[Item.id],
        )

    def add(self, text: str, page: str) -> int:
        """Adds an item, unless this page has just done so; returns its id."""
        try:
            with self._session.begin() as session:
                item = Item(text=text, added_by=page)
                session.add(item)
            return item.id
        except IntegrityError:
            same = select(Item.id).filter_by(text=text, added_by=page)
            with self._session() as session:
                return session.scalars(same).one()

    def complete(self, item_id: int) -> bool:
        """Makes an item done; says whether there is such an item."""
        return self._move(item_id, Item.done_at.is_(None), _now())

    def reopen(self, item_id: int) -> bool:
        """Makes an item to do again; says whether there is such an item."""
        return self._move(item_id, Item.done_at.is_not(None), None)

    def delete(self, item_id: int, page: str) -> str | None:
        """Deletes an item; returns the key of the page that did.

        That is another page's if it was deleted before, and None if there is
        no such item.
        """
        self._delete(Item.id == item_id, page=page)
        with self._session() as session:
            item = session.get(Item, item_id)
            return item and item.deleted_by

    def clear_done(self, page: str) -> None:
        """Deletes all that is done."""
        self._delete(Item.done_at.is_not(None), page=page)

    def restore(self, page: str) -> list[Item]:
        """Brings back what a page has deleted, and returns it."""
        items = self.deleted_by(page)
        if items:
            with self._session.begin() as session:
                session.execute(
                    update(Item)
                    .where(Item.deleted_by == page)
                    .values(deleted_at=None, deleted_by=None)
                )
        return items

    def _select(self, *conditions, order) -> list[Item]:
        wanted = select(Item).where(*conditions)
        latest = [column.desc() for column in order]
        with self._session() as session:
            return list(session.scalars(wanted.order_by(*latest)))

    def _move(self, item_id, is_elsewhere, done_at) -> bool:
        there = (Item.id == item_id, Item.deleted_at.is_(None))
        with self._session.begin() as session:
            session.execute(
                update(Item).where(*there, is_elsewhere)
                # The page may add the same text anew from now on.
                .values(done_at=done_at, added_by=None)
            )
            return session.scalar(select(Item.id).where(*there)) is not None

    def _delete(self, condition, page) -> None:
        with self._session.begin() as session:
            session.execute(
                update(Item)
                .where(condition, Item.deleted_at.is_(None))
                .values(deleted_at=_now(), deleted_by=page, added_by=None)
            )
            session.execute(
                delete(Item).where(Item.deleted_at <= _now() - KEPT)
            )


def _now() -> datetime:
    return datetime.now(UTC)
