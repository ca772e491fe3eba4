"""What a person may type."""

from django import forms
from django.core.validators import MaxLengthValidator


class BookForm(forms.Form):
    """A title: not blank, at most 200 characters, spaces drawn together."""

    # What cannot be taken is said beside the field, by the server.
    use_required_attribute = False

    title = forms.CharField(
        label="Title of a book",
        label_suffix="",
        widget=forms.TextInput(
            {"autocomplete": "off", "enterkeyhint": "done"}
        ),
        # Not `max_length`, which lets the browser cut off what is pasted.
        validators=[
            MaxLengthValidator(
                200,
                "A title has at most %(limit_value)d characters; "
                "this one has %(show_value)d.",
            )
        ],
        error_messages={"required": "Type a title first."},
    )

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())
