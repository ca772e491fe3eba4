"""The app: one page with the list, and the forms that change it."""

import os
import secrets
from collections.abc import Mapping

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from todo_app import settings
from todo_app.database import open_database
from todo_app.items import KEY, LARGEST_ID, Items
from todo_app.notice import Notice
from todo_app.origin import is_own
from todo_app.wording import tidy

# Far more than the longest text, however it is encoded.
LARGEST_FORM = 256 * 1024

ITEM = f"/items/<int(max={LARGEST_ID}):item_id>"

GONE = "This item is not on the list any more."


def create_app(environment: Mapping[str, str] = os.environ) -> Flask:
    """Makes the app for one environment, with its database ready.

    Raises `Unusable` if a setting or the database is of no use;
    `settings.read` and `open_database` say when.
    """
    given = settings.read(environment)
    items = Items(open_database(given.database))

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.json.compact = True
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals |= {"title": given.title, "commit": given.commit}

    @app.get("/")
    def show() -> Response:
        return _page(items)

    @app.post("/")
    def add() -> Response:
        typed = request.form.get("text", "")
        try:
            text = tidy(typed)
        except ValueError as error:
            return _page(items, typed=typed, error=str(error), status=400)
        return _back(added=items.add(text, _page_key()))

    @app.post(f"{ITEM}/complete")
    def complete(item_id: int) -> Response:
        if not items.complete(item_id):
            abort(404, GONE)
        return _back(completed=item_id)

    @app.post(f"{ITEM}/reopen")
    def reopen(item_id: int) -> Response:
        if not items.reopen(item_id):
            abort(404, GONE)
        return _back(reopened=item_id)

    @app.post(f"{ITEM}/delete")
    def delete(item_id: int) -> Response:
        page = items.delete(item_id, _page_key())
        if not page:
            abort(404, GONE)
        return _back(deleted=page)

    @app.post("/clear")
    def clear() -> Response:
        page = _page_key()
        items.clear_done(page)
        return _back(deleted=page)

    @app.post("/restore")
    def restore() -> Response:
        restored = items.restore(request.form.get("deleted", ""))
        focus = f"item-{restored[0].id}" if restored else None
        return redirect(url_for("show", _anchor=focus), 303)

    @app.get("/healthcheck")
    def healthcheck() -> Response:
        return jsonify(status="ok", commit=given.commit, branch=given.branch)

    app.before_request(_refuse_others)
    app.register_error_handler(HTTPException, _show_error)
    if given.database.get_backend_name() == "postgresql":
        # A server may come back; a file's errors are faults, with a trace.
        app.register_error_handler(OperationalError, _show_lost_database)
    app.after_request(_add_headers)
    return app


def _page(
    items: Items, typed: str = "", error: str = "", status: int = 200
) -> Response:
    to_do, done = items.to_do(), items.done()
    page = render_template(
        "list.html",
        to_do=to_do,
        done=done,
        notice=Notice.of(request.args, to_do, done, items.deleted_by),
        typed=typed,
        error=error,
        page_key=secrets.token_urlsafe(16),
    )
    return make_response(page, status)


def _page_key() -> str:
    given = request.form.get("page", "")
    return given if KEY.fullmatch(given) else secrets.token_urlsafe(16)


def _back(**done: int | str) -> Response:
    # The form says which item stands next to its own: the focus goes there.
    neighbour = request.form.get("next", type=int)
    focus = f"item-{neighbour}" if neighbour else None
    return redirect(url_for("show", **done, _anchor=focus), 303)


def _refuse_others() -> None:
    if request.method == "POST" and not is_own(request.headers, request.host):
        abort(403, "This came from another site, so nothing was changed.")


def _show_error(error: HTTPException) -> Response:
    # Keeps what the error itself carries, such as Allow or Location.
    response = error.get_response()
    if response.status_code >= 400:
        response.data = render_template("error.html", error=error)
        response.content_type = "text/html; charset=utf-8"
    return response


def _show_lost_database(error: OperationalError) -> Response:
    reason = " ".join(str(error.orig).split())
    current_app.logger.error("the database did not answer: %s", reason)
    return _show_error(
        ServiceUnavailable("The list cannot be reached just now; try again.")
    )


def _add_headers(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self'; style-src 'self'"
    )
    # With no-referrer browsers would hide the Origin of the app's own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    return response
