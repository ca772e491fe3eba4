"""The one page and what its buttons do."""

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from books.forms import BookForm
from books.models import Book


class SeeOther(HttpResponseRedirect):
    """Sends the browser on with a GET; the fragment is where focus goes."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def reading_list(request: HttpRequest) -> HttpResponse:
    """Shows the list; a POST adds `title` to it.

    What is on the list already is not added twice. A title that cannot be
    taken is answered with the page, status 400.
    """
    if request.method != "POST":
        return _page(request, BookForm(auto_id="%s"))
    form = BookForm(request.POST, auto_id="%s")
    if not form.is_valid():
        return _page(request, form, status=400)
    book, added = Book.objects.get_or_create(title=form.cleaned_data["title"])
    return SeeOther("/#title" if added else f"/#book-{book.pk}")


@require_POST
def mark_read(request: HttpRequest, number: int) -> HttpResponse:
    """Marks a book as read."""
    return _mark(number, read=True)


@require_POST
def mark_unread(request: HttpRequest, number: int) -> HttpResponse:
    """Marks a book as still to read."""
    return _mark(number, read=False)


@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Deletes a book; one that is gone already is no mistake."""
    book = Book.objects.filter(pk=number).first()
    if book is None:
        return SeeOther("/#title")
    beside = Book.objects.filter(read=book.read)
    focus = (
        beside.filter(pk__lt=number).first()
        or beside.filter(pk__gt=number).last()
    )
    book.delete()
    return SeeOther(f"/#book-{focus.pk}" if focus else "/#title")


def _mark(number: int, read: bool) -> HttpResponse:
    if not Book.objects.filter(pk=number).update(read=read):
        raise Http404
    return SeeOther(f"/#book-{number}")


def _page(
    request: HttpRequest, form: BookForm, status: int = 200
) -> HttpResponse:
    books = list(Book.objects.all())
    if form.errors or not books:
        form.fields["title"].widget.attrs["autofocus"] = True
    context = {
        "form": form,
        "unread": [book for book in books if not book.read],
        "read": [book for book in books if book.read],
        "commit": settings.COMMIT[:7],
    }
    return render(request, "books/reading_list.html", context, status=status)
