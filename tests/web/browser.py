"""A browser without scripts: sends forms as a page has them, token and all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

Typed = Mapping[str, str | Sequence[str]]


@dataclass
class Form:
    """A form of a page with what its inputs hold."""

    action: str
    method: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Reads every form of a page the way a browser would send it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get"))
            self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio", "file") or "checked" in given:
                self._form.fields.add(name, given.get("value", ""))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._form.fields.add(self._select, given.get("value", ""))
        elif tag == "button":
            self._form.buttons.append((name, given.get("value", ""), given.get("formaction", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._form is not None and self._area:
            self._form.fields.add(self._area, self._text.removeprefix("\n"))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data


class Browser:
    """One person at one browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: TestResponse | None = None

    @property
    def text(self) -> str:
        assert self.page is not None
        return self.page.text

    @property
    def words(self) -> str:
        """What can be read on the page, blanks made single."""
        body = re.sub(r"<(script|style|dialog)\b.*?</\1>", " ", self.text, flags=re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()

    @property
    def status(self) -> int:
        assert self.page is not None
        return self.page.status_code

    def open(self, address: str, **headers: str) -> TestResponse:
        self.page = self.client.get(address, headers=headers, follow_redirects=True)
        return self.page

    def form(self, action: str) -> Form:
        """The form of the present page that is sent to an address ending so."""
        reader = Forms()
        reader.feed(self.text)
        for found in reader.found:
            if found.action.endswith(action):
                return found
        raise AssertionError(f"no form for {action} in {[one.action for one in reader.found]}")

    def send(
        self,
        form: Form,
        typed: Typed | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        *,
        to: str = "",
        follow: bool = True,
        live: bool = False,
    ) -> TestResponse:
        """Send the form with these inputs changed; ``files`` are (input, name, content).

        ``live`` sends it as a part of the page, as scripts do.
        """
        fields: MultiDict[str, Any] = MultiDict(form.fields)
        for name, value in (typed or {}).items():
            fields.setlist(name, [value] if isinstance(value, str) else list(value))
        for name, filename, content in files:
            fields.add(name, (BytesIO(content), filename))
        self.page = self.client.post(
            to or form.action,
            data=fields,
            content_type="multipart/form-data",
            headers={"HX-Request": "true"} if live else {},
            follow_redirects=follow,
        )
        return self.page

    def sign_in(self, login: str, password: str) -> TestResponse:
        self.open("/sign-in")
        return self.send(self.form("/sign-in"), {"login": login, "password": password})
