"""Starts gunicorn in the container, once all that it needs is in order."""

import os
import signal
import sys


def serve() -> None:
    """Serves the project until SIGTERM, after its migrations were applied.

    The server's own settings are in gunicorn.conf.py. Ends with one line if
    a setting cannot be used or the database cannot be reached or written.
    """
    # A container's first process ignores SIGTERM until it handles it, which
    # is why this comes before the imports that take time.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    from config import environment

    environment.check(os.environ)
    # Gunicorn reads it by itself, too, and fails if it is empty.
    os.environ["WEB_CONCURRENCY"] = str(environment.workers(os.environ))

    import django
    from django.core.management import call_command
    from django.core.management.utils import get_random_secret_key

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    is_drawn = not os.environ.get("SECRET_KEY")
    if is_drawn:
        # In the environment, where every worker finds the same one.
        os.environ["SECRET_KEY"] = get_random_secret_key()
    django.setup()
    call_command("migrate", interactive=False)
    if is_drawn:
        print("SECRET_KEY: not set; drew one that lasts until the server ends")

    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", "config.wsgi:application"]
    run()


if __name__ == "__main__":
    serve()
