"""Starts gunicorn in the container, once the environment is in order."""

import os
import signal
import sys


def serve() -> None:
    """Serves `main:app` until SIGTERM; its settings are in gunicorn.conf.py.

    Ends with one line if `PORT` or `WEB_CONCURRENCY` is not usable: gunicorn
    itself meets a bad `WEB_CONCURRENCY` with a stack trace on its import.
    """
    # A container's first process ignores SIGTERM until it handles it, which
    # is why this comes before the imports that take time.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    import settings

    settings.port(os.environ)
    # Gunicorn reads it by itself, too, and fails if it is empty.
    os.environ["WEB_CONCURRENCY"] = str(settings.workers(os.environ))

    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", "main:app"]
    run()


if __name__ == "__main__":
    serve()
