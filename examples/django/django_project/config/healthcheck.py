"""The answer to whoever watches the container."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

Answer = Callable[[HttpRequest], HttpResponse]


def answer_healthcheck(get_response: Answer) -> Answer:
    """Middleware: `GET /healthcheck` says which commit is running.

    A middleware, because platforms ask by an address of their own choice,
    which need not be among the allowed hosts. Never asks the database: a
    container that is started anew would not mend that.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path != "/healthcheck" or request.method not in _ASKING:
            return get_response(request)
        return JsonResponse(
            {
                "status": "ok",
                "commit": settings.COMMIT,
                "branch": settings.BRANCH,
            }
        )

    return answer


_ASKING = ("GET", "HEAD")
