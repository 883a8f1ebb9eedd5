"""What the test suites of other HTTP clients say about responses, rewritten as tables of our own.

One file a source: its licence and the version read stand at its top, `CASES` are the cases that apply to a client
reading one response, `LEFT_OUT` says why the others do not. Only facts and bytes are taken, no code.
"""

from __future__ import annotations

from corpora import aiohttp, cpython, curl, go, h11, httparse, httpcore, hyper, llhttp, netty, picohttpparser, wpt
from corpora.case import Case

SOURCES = {
    module.__name__.rpartition(".")[2]: module
    for module in (aiohttp, cpython, curl, go, h11, httparse, httpcore, hyper, llhttp, netty, picohttpparser, wpt)
}
CORPORA: dict[str, Case] = {
    f"{source}: {case.name}": case for source, module in SOURCES.items() for case in module.CASES
}
