"""What an item may say."""

import unicodedata

LONGEST_TEXT = 200


def tidy(typed: str) -> str:
    """The text of an item as it is kept: one line without spare blanks.

    Raises a ValueError that tells the person what to do if nothing that can
    be seen was typed, or more than 200 characters.
    """
    text = " ".join("".join(filter(_is_text, typed)).split())
    if not any(sign.isprintable() and sign != " " for sign in text):
        raise ValueError("Write what there is to do.")
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"That is {len(text)} characters long; "
            f"shorten it to {LONGEST_TEXT}."
        )
    return text


def _is_text(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) != "Cc"
