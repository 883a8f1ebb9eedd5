"""TLS contexts as a spec's settings have them."""

from __future__ import annotations

import ssl

from loadspec.wire.settings import Tls


def make_context(settings: Tls) -> ssl.SSLContext:
    """The context that all connections to one origin share. Raises OSError where a file of it cannot be used."""
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
