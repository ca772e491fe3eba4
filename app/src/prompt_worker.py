"""A threaded gunicorn worker that stops as soon as its requests are done."""

import socket

from gunicorn.workers.gthread import TConn, ThreadWorker


class PromptWorker(ThreadWorker):
    """Finishes the requests in hand and hangs up on every other connection.

    Gunicorn's own worker waits seconds for kept-alive, silent or half-sent
    connections, so that one idle browser holds up a stop.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.awaiting: set[TConn] = set()

    def handle(self, conn):
        self.awaiting.add(conn)
        if not self.alive:
            _hang_up(conn)
        try:
            return super().handle(conn)
        finally:
            self.awaiting.discard(conn)

    def handle_request(self, req, conn):
        self.awaiting.discard(conn)
        try:
            return super().handle_request(req, conn)
        finally:
            self.awaiting.add(conn)

    def wait_for_and_dispatch_events(self, timeout):
        super().wait_for_and_dispatch_events(timeout)
        if not self.alive:
            # A copy, because the threads go on adding and discarding.
            for conn in [
                *self.awaiting.copy(),
                *self.keepalived_conns,
                *self.pending_conns,
            ]:
                _hang_up(conn)


def _hang_up(conn):
    # Only the reading side: what has arrived is still read and answered.
    try:
        conn.sock.shutdown(socket.SHUT_RD)
    except OSError:
        pass
