"""People at browsers, without the browser: real sockets, real sign-in, real CSRF tokens."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from bench.engine import W1
from bench.stage import PASSWORD, ROLES, Stage

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_REVISION = re.compile(r'name="_revision" value="(\d+)"')
_SEE_OTHER, _OK = 303, 200


class Browser:
    """One person's connection: cookies and the token of their session."""

    def __init__(self, address: str) -> None:
        self._address = address
        place = urlsplit(address)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def sign_in(self, login: str) -> None:
        """Through the form."""
        self.get("/sign-in")
        status, _ = self.post("/sign-in", {"login": login, "password": PASSWORD})
        if status != _SEE_OTHER:
            raise RuntimeError(f"sign-in answered {status}")
        self.get("/inbox")

    def get(self, path: str) -> str:
        """A page."""
        status, text = self._ask("GET", path, None)
        if status != _OK:
            raise RuntimeError(f"{path} answered {status}")
        found = _TOKEN.search(text)
        if found is not None:
            self._token = found[1]
        return text

    def post(self, path: str, values: dict[str, str]) -> tuple[int, str]:
        """A form with the session's token."""
        return self._ask("POST", path, urlencode({**values, "csrf_token": self._token}))

    def at_another_place(self) -> Browser:
        """The same session over another connection."""
        other = Browser(self._address)
        other._cookies, other._token = dict(self._cookies), self._token
        return other

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read().decode()


class Hands:
    """The players of the benchmark at so many places; each signs in once."""

    def __init__(self, address: str, made: Stage, clients: int) -> None:
        self._browsers: dict[tuple[int, str], Browser] = {}
        for role, login in made.logins.items():
            first = Browser(address)
            first.sign_in(login)
            for client in range(clients):
                self._browsers[client, role] = first.at_another_place()
            first.close()

    def step(self, client: int, place: int, task_id: int) -> None:
        """Open the page of a task, send its form."""
        element, values = W1[place]
        browser = self._browsers[client, ROLES[element]]
        revision = _REVISION.search(browser.get(f"/tasks/{task_id}"))
        form = {key: str(value) for key, value in values.items()}
        form["_revision"] = revision[1] if revision is not None else ""
        status, _ = browser.post(f"/tasks/{task_id}/completion", form)
        if status != _SEE_OTHER:
            raise RuntimeError(f"the completion answered {status}")

    def close(self) -> None:
        """Everybody hangs up."""
        for browser in self._browsers.values():
            browser.close()


@contextmanager
def signed_in(address: str, made: Stage, clients: int) -> Iterator[Hands]:
    """The players."""
    hands = Hands(address, made, clients)
    try:
        yield hands
    finally:
        hands.close()
