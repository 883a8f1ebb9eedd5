"""Settings of transports as values."""

from loadspec.wire.settings import ClientCertificate, Tls


def test_the_password_of_a_key_is_shown_nowhere():
    certificate = ClientCertificate("cert.pem", "key.pem", "hunter2")
    assert "hunter2" not in repr(Tls(certificates=(certificate,)))
    assert "cert.pem" in repr(certificate)
