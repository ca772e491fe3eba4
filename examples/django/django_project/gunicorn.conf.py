"""How gunicorn serves the project; it reads this file from where it starts."""

import os

from config import environment

bind = f"0.0.0.0:{environment.port(os.environ)}"
workers = environment.workers(os.environ)
worker_class = "gthread"
threads = 8
keepalive = 5
# More than a request here needs; a stop waits as long for idle connections.
graceful_timeout = 2

# The root file system may be read-only: no socket file, and heartbeats in
# memory, where a slow disk cannot make a busy worker look dead either.
control_socket_disable = True
memory = "/dev/shm"  # nosec B108: gunicorn opens a file of its own there
worker_tmp_dir = memory if os.access(memory, os.W_OK) else None

accesslog = "-"
logconfig_dict = {
    "formatters": {
        "plain": {"format": "%(message)s"},
        "timed": {
            "format": "%(asctime)s [%(process)d] [%(levelname)s] %(message)s",
            "datefmt": "[%Y-%m-%d %H:%M:%S %z]",
        },
    },
    "handlers": {
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "stream": "ext://sys.stdout",
        },
        "events": {
            "class": "logging.StreamHandler",
            "formatter": "timed",
            "stream": "ext://sys.stdout",
        },
    },
    "root": {"level": "INFO", "handlers": ["events"]},
    "loggers": {
        "gunicorn.access": {"handlers": ["access"], "propagate": False},
        "gunicorn.error": {"handlers": ["events"], "propagate": False},
    },
}
