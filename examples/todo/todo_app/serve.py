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

    try:
        settings.port(os.environ)
        # Gunicorn reads it by itself, too, and fails if it is empty.
        os.environ["WEB_CONCURRENCY"] = str(settings.workers(os.environ))

        from gunicorn.app.wsgiapp import run

        sys.argv = [
            "gunicorn",
            "--config=python:todo_app.gunicorn_conf",
            "todo_app.app:create_app()",
        ]
        # Makes the app before it listens, because of preload_app.
        run()
    except settings.Unusable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    serve()
