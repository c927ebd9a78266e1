"""Mail goes out by SMTP, to one address, with a header nobody can break out of."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from engine.channels import Mail, MailServer, Undeliverable, is_address

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class _Conversation(socketserver.StreamRequestHandler):
    server: FakeMailServer

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            verb = line.decode().split(" ")[0].strip().upper()
            answer = self.server.answers.get(verb, "250 fine")
            if verb == "DATA" and answer.startswith("250"):
                self._say("354 go on")
                self.server.received.append(self._content())
                self._say(self.server.answers.get("END", "250 taken"))
            else:
                self._say(answer)
            if verb == "QUIT":
                return

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class FakeMailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answers: dict[str, str] = {"EHLO": "250 here"}
        self.received: list[bytes] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def message(self) -> EmailMessage:
        read = message_from_bytes(self.received[-1], policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@pytest.fixture
def server() -> Iterator[FakeMailServer]:
    with FakeMailServer() as fake:
        thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield fake
        fake.shutdown()
        thread.join()


def mail(
    address: str = "office@example.gov.cn", subject: str = "催办", text: str = "请按期办理。"
) -> Mail:
    return Mail("0123abcd", address, subject, text, AT)


def test_a_message_arrives_with_a_stable_id_and_chinese_text(server: FakeMailServer) -> None:
    MailServer(server.url, "duban@honghe.example").send(mail(text="请按期办理。\n" * 100))
    message = server.message()
    assert message["Message-ID"] == "<0123abcd@honghe.example>"
    assert message["Subject"] == "催办"
    assert message["To"] == "office@example.gov.cn"
    assert message["Date"].datetime == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["请按期办理。"] * 100


def test_a_subject_cannot_begin_another_header(server: FakeMailServer) -> None:
    MailServer(server.url, "").send(mail(subject="催办\r\nBcc: all@example.com"))
    message = server.message()
    assert message["Bcc"] is None
    assert message["Subject"] == "催办 Bcc: all@example.com"


@pytest.mark.parametrize(
    ("verb", "answer", "permanent"),
    [
        ("RCPT", "550 no such user", True),
        ("RCPT", "450 try later", False),
        ("MAIL", "553 not you", True),
        ("END", "554 refused", True),
        ("END", "451 try later", False),
        ("EHLO", "421 closing", False),
    ],
)
def test_a_refusal_says_whether_trying_again_is_of_use(
    server: FakeMailServer, verb: str, answer: str, permanent: bool
) -> None:
    server.answers[verb] = answer
    if verb == "EHLO":
        server.answers["HELO"] = answer
    with pytest.raises(Undeliverable) as error:
        MailServer(server.url, "").send(mail())
    assert error.value.permanent is permanent


def test_a_server_that_is_not_there_may_come_back() -> None:
    with FakeMailServer() as gone:
        url = gone.url
    with pytest.raises(Undeliverable) as error:
        MailServer(url, "").send(mail())
    assert not error.value.permanent


def test_a_message_taken_is_not_sent_again_because_of_a_rude_farewell(
    server: FakeMailServer,
) -> None:
    server.answers["QUIT"] = "421 whatever"
    MailServer(server.url, "").send(mail())
    assert len(server.received) == 1


def test_a_password_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.channels._THIS_MACHINE", ())
    with FakeMailServer() as fake:
        fake.answers["EHLO"] = "250 AUTH PLAIN"
        threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = fake.url.replace("smtp://", "smtp://user:secret@")
        with pytest.raises(Undeliverable, match="no encryption") as error:
            MailServer(url, "").send(mail())
        fake.shutdown()
    assert not error.value.permanent
    assert fake.received == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b",
        "a b@example.com",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@c.d",
        "某某@example.com",
        "<a@example.com>",
    ],
)
def test_only_one_plain_address_is_taken(server: FakeMailServer, address: str) -> None:
    assert not is_address(address)
    with pytest.raises(Undeliverable) as error:
        MailServer(server.url, "").send(mail(address))
    assert error.value.permanent
    assert server.received == []
