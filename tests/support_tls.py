"""Certificates, and servers that break TLS in one way each."""

from __future__ import annotations

import datetime
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from support_net import Conn, Script

DAY = 86400


def issued(seconds: float) -> datetime.datetime:
    """A time so many seconds from now."""
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)


def server_context(ca: trustme.CA, *names: str, **options: Any) -> ssl.SSLContext:
    """A server's side, with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*(names or ("127.0.0.1",)), **options).configure_cert(context)
    return context


def write_client(folder: Path, ca: trustme.CA, name: str, password: str = "") -> tuple[Path, Path]:
    """A client certificate and its key, encrypted where there is a password, as (NAME.pem, NAME.key)."""
    issued_one = ca.issue_cert(name)
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(b"".join(pem.bytes() for pem in issued_one.cert_chain_pems))
    private = serialization.load_pem_private_key(issued_one.private_key_pem.bytes(), None)
    encryption: Any = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password.encode())
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, encryption))
    return cert, key


def for_clients_only(folder: Path) -> tuple[ssl.SSLContext, str]:
    """(a server whose certificate is for clients, the file of that certificate)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(issued(-DAY))
        .not_valid_after(issued(DAY))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "clients-only.pem"
    pem = serialization.Encoding.PEM
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, str(file)


class Peer:
    """A server's end of TLS in memory, for tests that decide how its bytes travel."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_side=True)
        self.heard = b""
        self._greeted = False

    def hear(self, data: bytes) -> None:
        """Take what the client sent. Raises ssl.SSLError where it is no TLS, or cannot be agreed to."""
        self._in.write(data)
        with suppress(ssl.SSLWantReadError):
            if not self._greeted:
                self.tls.do_handshake()
                self._greeted = True
            while more := self.tls.read(65536):
                self.heard += more

    def say(self, *pieces: bytes) -> bytes:
        """Bytes for the client: what OpenSSL has to say, and a record of each piece."""
        for piece in pieces:
            self.tls.write(piece)
        return self._out.read()

    def goodbye(self) -> bytes:
        """The same with TLS's close_notify at its end."""
        with suppress(ssl.SSLError):
            self.tls.unwrap()
        return self._out.read()


def alert(number: int) -> Script:
    """Ends the handshake with a fatal alert (RFC 8446, 6.2)."""

    def script(conn: Conn) -> None:
        conn.sock.recv(5000)
        conn.send(bytes([21, 3, 3, 0, 2, 2, number]))

    return script
