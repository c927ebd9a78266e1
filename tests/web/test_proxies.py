"""Behind a proxy people are told apart; nobody else can say where they come from."""

from __future__ import annotations

import pytest
from flask import Flask, request
from werkzeug.test import Client

from web.proxies import Proxies

OURS = ("10.0.0.0/24", "::1/128")


@pytest.fixture
def client() -> Client:
    app = Flask("echo")
    app.add_url_rule(
        "/", view_func=lambda: f"{request.remote_addr} {request.scheme} {request.host}"
    )
    return Client(Proxies(app.wsgi_app, OURS))


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("10.0.0.5", "203.0.113.9", "203.0.113.9 https duban.example"),
        ("::1", "203.0.113.9", "203.0.113.9 https duban.example"),
        ("::ffff:10.0.0.5", "203.0.113.9", "203.0.113.9 https duban.example"),
        # A second proxy of ours before the first: the browser stands to the left of it.
        ("10.0.0.5", "203.0.113.9, 10.0.0.6", "203.0.113.9 https duban.example"),
        # What the browser claimed itself stands to the left of where it really is.
        ("10.0.0.5", "198.51.100.1, 203.0.113.9", "203.0.113.9 https duban.example"),
        # From anywhere else nothing is believed.
        ("203.0.113.7", "198.51.100.1", "203.0.113.7 http localhost"),
        ("", "198.51.100.1", " http localhost"),
    ],
)
def test_a_forwarded_address_is_believed_from_our_proxies_only(
    client: Client, peer: str, forwarded: str, told: str
) -> None:
    answer = client.get(
        "/",
        headers={
            "X-Forwarded-For": forwarded,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "duban.example",
        },
        environ_overrides={"REMOTE_ADDR": peer},
    )
    assert answer.get_data(as_text=True) == told
