"""A browser without scripts on a real connection: for web processes that may die."""

from __future__ import annotations

import http.client
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from tests.web.browser import Browser


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self.text = response.read().decode("utf-8", "replace")


class Connection:
    """What :class:`tests.web.browser.Browser` asks of its client, over a socket."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: SimpleCookie = SimpleCookie()

    @property
    def cookie(self) -> str:
        """The cookies as a header."""
        return self.cookies.output(attrs=[], header="", sep=";").strip()

    def get(self, address: str, headers: Any = None, follow_redirects: bool = True) -> Answer:
        return self.ask("GET", address, None, headers or {}, follow_redirects)

    def post(
        self,
        address: str,
        data: MultiDict[str, Any],
        content_type: str = "",
        headers: Any = None,
        follow_redirects: bool = True,
    ) -> Answer:
        sent: MultiDict[str, Any] = MultiDict(
            (name, FileStorage(*value) if isinstance(value, tuple) else value)
            for name, value in data.items(multi=True)
        )
        stream, length, boundary = stream_encode_multipart(sent)
        told = {
            **(headers or {}),
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(length),
        }
        return self.ask("POST", address, stream.read(), told, follow_redirects)

    def ask(
        self, method: str, address: str, body: bytes | None, headers: dict[str, str], follow: bool
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        told = dict(headers)
        if self.cookies:
            told["Cookie"] = self.cookie
        connection.request(method, address, body, told)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.cookies.load(cookie)
        place = response.headers.get("Location")
        answer = Answer(response)
        connection.close()
        if follow and place:
            parts = urlsplit(place)
            return self.ask("GET", f"{parts.path}?{parts.query}", None, {}, follow)
        return answer


def visitor(port: int, login: str, password: str) -> Browser:
    """Somebody signed in."""
    browser = Browser(Connection(port))  # type: ignore[arg-type]  # as much of it as is asked for
    browser.sign_in(login, password)
    assert browser.status == 200, browser.words
    return browser


def connection_of(browser: Browser) -> Connection:
    """Where a visitor's browser connects to."""
    found = browser.client
    assert isinstance(found, Connection)
    return found
