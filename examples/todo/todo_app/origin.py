"""Whether a request comes from the app's own pages."""

from collections.abc import Mapping


def is_own(headers: Mapping[str, str], host: str) -> bool:
    """Says whether a form was sent by a page of this host, or by no browser.

    Goes by Sec-Fetch-Site, which browsers send over HTTPS and on this
    machine, else by Origin. The scheme may differ: a proxy ends TLS.
    """
    site = headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    return origin in (None, f"http://{host}", f"https://{host}")
