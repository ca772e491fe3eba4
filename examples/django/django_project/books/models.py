"""What the list stores."""

from django.db import models


class Book(models.Model):
    """A title that somebody wants to read, or has read; newest first."""

    title = models.CharField(max_length=200, unique=True)
    read = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title
