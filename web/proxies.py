"""Who a request really comes from when it came through a proxy of ours.

A forwarded address is believed only from an address the settings name; from anybody else it is
dropped, so that nobody can choose the address sign-in attempts are counted under.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADERS = ("FOR", "PROTO", "HOST", "PORT", "PREFIX", "BY", "SERVER")


class Proxies:
    """Wraps the application: takes the forwarded address, scheme and host from known proxies."""

    def __init__(self, application: WSGIApplication, trusted: Sequence[str]) -> None:
        self._application = application
        self._trusted = [ip_network(text) for text in trusted]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not self._knows(environ.get("REMOTE_ADDR", "")):
            for name in _HEADERS:
                environ.pop(f"HTTP_X_FORWARDED_{name}", None)
            return self._application(environ, start_response)
        # Each proxy adds on the right whom it was asked by: the first that is none of ours asked.
        passed = [one.strip() for one in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        hops = 1
        while hops < len(passed) and self._knows(passed[-hops]):
            hops += 1
        seen = ProxyFix(self._application, x_for=hops, x_proto=1, x_host=1)
        return seen(environ, start_response)

    def _knows(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        networks: list[IPv4Network | IPv6Network] = self._trusted
        return any(address in network for network in networks if network.version == address.version)
