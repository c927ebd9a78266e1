"""Ways to reach somebody outside the pages: mail, and for tests a channel that only remembers."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

#: Seconds the mail server may stay silent; ``smtplib`` would wait for ever.
TIMEOUT = 15
#: Seconds one message may take in all: a server that sends a byte now and then is never silent.
WHOLE = 25.0
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Mail:
    """A message to one address. ``key`` is the same at every attempt to deliver it."""

    key: str
    address: str
    subject: str
    text: str
    at: datetime


class Undeliverable(Exception):
    """The channel could not deliver. ``permanent`` says that trying again is of no use."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Channel(Protocol):
    """Delivers messages, one at a time."""

    def send(self, mail: Mail) -> None:
        """Deliver, or raise :class:`Undeliverable`."""
        ...


@dataclass
class Remembering:
    """Keeps what it is given; raises what it is told to. For tests."""

    sent: list[Mail] = field(default_factory=list)
    #: Raised by the next calls, one each; ``None`` lets one through.
    failures: list[Undeliverable | None] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Remember the message."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.sent.append(mail)


def is_address(text: str) -> bool:
    """Whether the text is one plain mail address."""
    return len(text) <= 200 and _ADDRESS.fullmatch(text) is not None


class MailServer:
    """Delivers by SMTP: ``smtp://user:password@host:port`` or ``smtps://``.

    ``smtp`` is encrypted where the server offers STARTTLS; a password goes out in the clear only to
    this machine. Each message opens its own connection: there are few, and servers close idle ones.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url: SplitResult = urlsplit(url)
        self._sender = sender or f"duban@{self._url.hostname or 'localhost'}"

    def send(self, mail: Mail) -> None:
        """Deliver. A 5xx answer to this message is permanent, everything else may pass."""
        if not is_address(mail.address):
            raise Undeliverable("bad address", permanent=True)
        server = self._server()
        try:
            with _at_most(server):
                self._speak(server, mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, told = error.recipients.get(mail.address, (0, b""))
            raise Undeliverable(f"{code} {_text(told)}", permanent=code >= 500) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            reason = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise Undeliverable(reason, permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPException, OSError) as error:
            # Refused passwords too: that is for the administrator to mend, and mail waits for it.
            raise Undeliverable(f"{type(error).__name__}: {error}", permanent=False) from error

    def _server(self) -> smtplib.SMTP:
        """Not connected yet, so that connecting is bounded, too."""
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(timeout=TIMEOUT)

    def _speak(self, server: smtplib.SMTP, mail: Mail) -> None:
        self._connect(server)
        try:
            server.send_message(self._message(mail), self._sender, [mail.address])
        finally:
            # Whatever the farewell is answered: a message taken must not be sent again.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _connect(self, server: smtplib.SMTP) -> None:
        host = self._url.hostname or "localhost"
        # The library checks certificates against the host it was told of when it was made.
        server._host = host  # type: ignore[attr-defined]  # it has no other door for that
        try:
            server.connect(host, self._url.port or (465 if self._url.scheme == "smtps" else 25))
            server.ehlo_or_helo_if_needed()
            safe = self._url.scheme == "smtps" or host in _THIS_MACHINE
            if not safe and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                safe = True
            if self._url.username and not safe:
                raise Undeliverable("no encryption offered: password not sent", permanent=False)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except (smtplib.SMTPException, OSError, Undeliverable):
            server.close()
            raise

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["Message-ID"] = f"<{mail.key}@{self._sender.rpartition('@')[2]}>"
        message["Date"] = format_datetime(mail.at)
        message["From"] = Address("督办 Duban", addr_spec=self._sender)
        message["To"] = Address(addr_spec=mail.address)
        # A header ends at a line end: what a title says must not begin another one.
        message["Subject"] = " ".join(mail.subject.split())
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


@contextlib.contextmanager
def _at_most(server: smtplib.SMTP) -> Iterator[None]:
    """Cut the connection when the whole takes too long; the conversation then ends in an error."""
    timer = threading.Timer(WHOLE, _cut, [server])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(server: smtplib.SMTP) -> None:
    if server.sock is not None:
        with contextlib.suppress(OSError):
            server.sock.shutdown(socket.SHUT_RDWR)


def _text(told: bytes | str) -> str:
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else told
