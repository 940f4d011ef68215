"""Mails: on their way, in a folder or only in the log, and never the reason that anything fails."""

import email
import email.policy
import socketserver
import threading
from pathlib import Path

import pytest

from webapp.mail import Mail, send

LETTER = Mail("ada@example.test", "An address will end", "Your addresses: …\n")
FROM = "practice@example.test"


def test_without_a_server_a_mail_is_only_logged() -> None:
    assert send(LETTER, server="", sender=FROM)


def test_a_folder_gets_a_file_for_each_mail(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    for _ in range(2):
        assert send(LETTER, server=f"file://{folder}", sender=FROM)
    [first, _second] = sorted(folder.iterdir())
    read = email.message_from_bytes(first.read_bytes(), policy=email.policy.default)
    assert (read["To"], read["Subject"]) == ("ada@example.test", "An address will end")
    assert read.get_content() == LETTER.text


class Post(socketserver.StreamRequestHandler):
    """The little of SMTP that a client needs."""

    letters: list[bytes] = []

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        letter = b""
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                while (text := self.rfile.readline()) != b".\r\n":
                    letter += text
                self.letters.append(letter)
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


def test_a_server_gets_it() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Post) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert send(LETTER, server=f"smtp://127.0.0.1:{server.server_address[1]}", sender=FROM)
    assert b"Subject: An address will end" in Post.letters[0]


@pytest.mark.parametrize("subject", ["x\r\nBcc: mallory@example.test", "x\ny"])
def test_a_header_cannot_be_added(subject: str, tmp_path: Path) -> None:
    """RELIABILITY.md S45."""
    letter = Mail("ada@example.test", subject, "")
    assert not send(letter, server=f"file://{tmp_path}", sender=FROM)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_away_fails_nothing_else() -> None:
    assert not send(LETTER, server="smtp://127.0.0.1:9", sender=FROM)
