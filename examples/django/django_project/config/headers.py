"""What every answer says to the browser about itself."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self'; style-src 'self'"
)


def add_headers(get_response: Answer) -> Answer:
    """Middleware: a strict content policy, no caching, cookies by TLS alone.

    A cookie is secure where the page came by TLS; without TLS a browser would
    not send it back. Static files keep their own rules for caching.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # Django's own pages for developers style themselves.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers["Content-Security-Policy"] = POLICY
        response.headers.setdefault("Cache-Control", "no-store")
        for cookie in response.cookies.values():
            cookie["secure"] = request.is_secure()
        return response

    return answer
