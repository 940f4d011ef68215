"""A web server of an app that receives push messages and answers as it is told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Receiver:
    """`messages` holds the headers of every POST; `statuses` are used up before `status`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.status = 204
        self.statuses: list[int] = []
        self.robots = ""
        self.url = ""

    def states(self) -> list[str]:
        return [message["X-Goog-Resource-State"] for message in self.messages]

    def numbers(self) -> list[int]:
        return [int(message["X-Goog-Message-Number"]) for message in self.messages]

    def take(self, headers: dict[str, str]) -> int:
        self.messages.append(headers)
        return self.statuses.pop(0) if self.statuses else self.status


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """A receiver on a free loopback port while the block runs; https with a certificate's file."""
    receiver = Receiver()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(receiver.take(dict(self.headers)))
            self.send_header("Location", receiver.url + "/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200 if receiver.robots else 404)
            self.end_headers()
            self.wfile.write(receiver.robots.encode())

        def log_message(self, format: str, *args: object) -> None:
            """The test looks at the messages themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "receiver.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file
