"""Keeps forms working behind proxies that hide where the browser is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


def trust_same_origin(get_response: Answer) -> Answer:
    """Middleware: lets the browser's own word stand for the origin's name.

    Django compares a form's `Origin` with the host and scheme that it was
    asked by, which a plain proxy may have replaced. `Sec-Fetch-Site` is the
    same comparison, made by the browser, and no page can forge it. Django
    still asks for its token.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if (
            request.headers.get("Sec-Fetch-Site") == "same-origin"
            and "Origin" in request.headers
        ):
            own = f"{request.scheme}://{request.get_host()}"
            request.META["HTTP_ORIGIN"] = own
        return get_response(request)

    return answer
