"""Origins of web pages, as browsers send them: `https://app.example:8443`."""

from typing import Final
from urllib.parse import urlsplit

NO_ORIGIN: Final = "not an origin; write each as https://app.example, with a port unless it is the default"
_USUAL_PORTS: Final = {"http": 80, "https": 443}


def read_origin(text: str) -> str:
    """Return an origin as browsers write it. Raises ValueError for what no browser would send."""
    wrong = ValueError(NO_ORIGIN)  # the text is not quoted: it may hold a password
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        raise wrong from None
    if url.scheme not in _USUAL_PORTS or not host or url.path not in {"", "/"} or url.username is not None:
        raise wrong
    if url.query or url.fragment or text.endswith(("?", "#")) or not _is_host(host):
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{shown}" + ("" if port in {None, _USUAL_PORTS[url.scheme]} else f":{port}")


def _is_host(host: str) -> bool:
    return host.isascii() and all(char.isalnum() or char in "-._:" for char in host)
