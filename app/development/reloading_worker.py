"""A worker of gunicorn's that takes up edits at once, whatever they break."""

import os
import selectors
import traceback
from glob import glob
from itertools import chain

from gunicorn.util import make_fail_app

from prompt_worker import PromptWorker


class ReloadingWorker(PromptWorker):
    """Ends at the first edit, so that the next worker serves the new code.

    What an import raises is logged and served until the next edit; gunicorn's
    own worker does so for a syntax error alone, and ends the server at any
    other. No request is lost meanwhile. For `gunicorn --reload`.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loaded: dict[str, float | None] = {}

    def load_wsgi(self):
        # The reloader's word wakes the worker, which would sleep on for up to
        # a second.
        self.poller.register(
            self.PIPE[0], selectors.EVENT_READ, lambda pipe: os.read(pipe, 64)
        )
        self.loaded = self._times()
        try:
            super().load_wsgi()
        except (Exception, SystemExit) as error:
            self.log.exception(error)
            report = "".join(traceback.format_exception(error))
            self.wsgi = make_fail_app(report)

    def accept(self, listener):
        # While the app is reloaded, connections wait for the next worker.
        if self.alive:
            super().accept(listener)

    def handle(self, conn):
        if not conn.initialized:
            # Who asks in the moment of an edit is answered all the same.
            conn.wait_for_data(0.1)
        return super().handle(conn)

    def wait_for_and_dispatch_events(self, timeout):
        if self.alive and self._is_outdated():
            self.alive = False
            timeout = 0
        super().wait_for_and_dispatch_events(timeout)

    def _is_outdated(self):
        # The reloader only begins to look when the app has been loaded, and
        # without the kernel's word it does not see what is new.
        changed = self._times().items() ^ self.loaded.items()
        for file, _ in changed:
            self.log.info("Worker reloading: %s modified", file)
            return True
        return False

    def _times(self):
        patterns = self.cfg.reload_extra_files
        files = (glob(each, recursive=True) for each in patterns)
        return {file: _time(file) for file in chain.from_iterable(files)}


def _time(file):
    try:
        return os.path.getmtime(file)
    except OSError:
        return None
