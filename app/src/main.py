"""The app: says which commit and branch it was built from."""

import os
import secrets
from collections.abc import Mapping

from flask import (
    Flask,
    Response,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from werkzeug.exceptions import HTTPException

UNKNOWN = "unknown"
DESCRIPTION = "A small web app that says which commit it was built from"


def create_app(environment: Mapping[str, str]) -> Flask:
    """Makes the app for one environment.

    Reads `app_commit`, `app_branch`, `APP_VERSION` and `APP_DESCRIPTION`;
    a missing or empty one takes its default.
    """
    commit = _text(environment, "app_commit", UNKNOWN)
    branch = _text(environment, "app_branch", UNKNOWN)
    version = _text(environment, "APP_VERSION", UNKNOWN)
    description = _text(environment, "APP_DESCRIPTION", DESCRIPTION)

    app = Flask(__name__, static_folder=None)
    app.json.ensure_ascii = False
    app.json.sort_keys = False

    @app.get("/")
    def release() -> Response:
        if not _wants_page():
            return jsonify(commit=commit, branch=branch)
        return make_response(
            render_template("release.html", commit=commit, branch=branch)
        )

    @app.get("/healthcheck")
    def healthcheck() -> Response:
        return jsonify(
            myapplication=[
                {
                    "version": version,
                    "description": description,
                    "lastcommitsha": commit,
                }
            ]
        )

    app.register_error_handler(HTTPException, _show_error)
    app.before_request(_draw_nonce)
    app.after_request(_add_headers)
    return app


def _text(environment: Mapping[str, str], name: str, default: str) -> str:
    value = environment.get(name) or default
    # Bytes that are not UTF-8 arrive as surrogates, which no answer can carry.
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _wants_page() -> bool:
    offered = ["application/json", "text/html"]
    return request.accept_mimetypes.best_match(offered) == "text/html"


def _show_error(error: HTTPException) -> Response:
    # Keeps what the error itself carries, such as Allow or Location.
    response = error.get_response()
    if response.status_code < 400:
        return response
    if _wants_page():
        response.data = render_template("error.html", error=error)
        response.content_type = "text/html; charset=utf-8"
    else:
        body = jsonify(status=error.code, error=error.name)
        response.data = body.data
        response.content_type = body.content_type
    return response


def _draw_nonce() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _add_headers(response: Response) -> Response:
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; img-src data:; "
        f"style-src 'nonce-{g.nonce}'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    return response


app = create_app(os.environ)
