"""Starts gunicorn in the container, once the environment is in order."""

import os
import signal
import sys


def serve() -> None:
    """Serves the app until SIGTERM; its settings are in gunicorn_conf.py.

    Ends with one line if a setting or the database is not usable: gunicorn
    itself meets a bad `WEB_CONCURRENCY` with a stack trace on its import.
    """
    # A container's first process ignores SIGTERM until it handles it, which
    # is why this comes before the imports that take time.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    from todo_app import settings

    settings.port(os.environ)
    settings.workers(os.environ)

    from gunicorn.app.wsgiapp import run

    sys.argv = [
        "gunicorn",
        "--config=python:todo_app.gunicorn_conf",
        "todo_app.app:create_app()",
    ]
    run()


if __name__ == "__main__":
    serve()
