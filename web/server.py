"""The web server: waitress, ended so that nothing under way is cut.

Told to stop, it closes its door, lets requests that arrived whole be answered and their answers
reach the browser, and closes what only idles. What still arrives when the time is over is cut: it
was not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel

from engine.clock import seconds
from engine.errors import cannot_listen
from engine.office import Office

THREADS = 8
#: Seconds that answers under way may take once the process was told to stop.
DRAIN = 7.0
#: Seconds between two looks at whether it was.
_LOOK = 0.5
#: Connections the machine took for us that are let in before the door closes.
_KNOCKED = 64


def serve(office: Office, app: Flask, listening: Callable[[str], None]) -> None:
    """Serve until ``office.stopping`` is set. Raises Invalid when the address cannot be had."""
    settings = office.settings
    sockets: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            ident="duban",
            # Somewhat more than the application takes, so that it says what was too large itself.
            max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],
            # Proxies the settings name are heard by web.proxies; nobody else's word arrives.
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
        )
    except OSError as error:
        raise cannot_listen(settings.host, settings.port, error) from error
    listening(settings.base_url)
    try:
        while not office.stopping.is_set():
            wasyncore.loop(timeout=_LOOK, use_poll=True, map=sockets, count=1)
        _drain(sockets)
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(sockets)


def _drain(sockets: dict[int, Any]) -> None:
    # 0. Whoever knocked already comes in.
    for _ in range(_KNOCKED):
        wasyncore.loop(timeout=0, use_poll=True, map=sockets, count=1)
    # 1. Nobody new: whoever comes now is refused at once, and a proxy asks another node.
    for listener in [one for one in sockets.values() if one.accepting]:
        listener.del_channel()
        listener.socket.close()
    # 2. What arrived, or is arriving, is answered; a connection that only idles is closed.
    until = seconds() + DRAIN
    while seconds() < until:
        busy = False
        for channel in _channels(sockets):
            if channel.requests or channel.writable() or channel.request is not None:
                busy = True
            else:
                channel.handle_close()
        if not busy:
            return
        wasyncore.loop(timeout=0.05, use_poll=True, map=sockets, count=1)


def _channels(sockets: dict[int, Any]) -> Iterable[HTTPChannel]:
    return [one for one in sockets.values() if isinstance(one, HTTPChannel)]
