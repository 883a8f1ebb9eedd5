"""The real yaml-language-server, spoken to over LSP as an editor does: one server, documents in memory.

Protocol: JSON-RPC 2.0 with Content-Length headers over stdin and stdout (Language Server Protocol 3.17).
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import Any

_PATIENCE = 30.0


class EditorError(Exception):
    """The server did not answer, or with an error."""


class Editor:
    """A language client with one schema for every `*.loadspec.yaml` document."""

    def __init__(self, command: Sequence[str], schema: Path) -> None:
        self._process = subprocess.Popen(
            [*command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._schema = schema.as_uri()
        self._answers: dict[int, Queue[dict[str, Any]]] = {}
        self._problems: Queue[dict[str, Any]] = Queue()
        self._count = 0
        threading.Thread(target=self._read, daemon=True).start()
        capabilities = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": self._settings()})

    def open(self, name: str | Path, text: str) -> str:
        """Show a document to the server → its address. A path is one that the file really has."""
        uri = name.as_uri() if isinstance(name, Path) else f"file:///{name}.loadspec.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def completions(self, uri: str, line: int, character: int) -> list[dict[str, Any]]:
        """What the server offers at a place; both count from 0."""
        found = self.request("textDocument/completion", _at(uri, line, character))
        items: list[dict[str, Any]] = found["items"] if isinstance(found, dict) else found
        return items

    def hover(self, uri: str, line: int, character: int) -> str:
        """The text shown over a place; empty where there is none."""
        found = self.request("textDocument/hover", _at(uri, line, character))
        return found["contents"]["value"] if found else ""

    def problems(self, uri: str) -> list[dict[str, Any]]:
        """The diagnostics that the server publishes of a document."""
        while True:
            try:
                found = self._problems.get(timeout=_PATIENCE)
            except Empty:
                raise EditorError(f"no diagnostics of {uri}") from None
            if found["uri"] == uri:
                problems: list[dict[str, Any]] = found["diagnostics"]
                return problems

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Ask and wait for the result. Raises EditorError."""
        self._count += 1
        number = self._count
        answer = self._answers[number] = Queue()
        self._send({"id": number, "method": method, "params": params})
        try:
            message = answer.get(timeout=_PATIENCE)
        except Empty:
            raise EditorError(f"no answer to {method}") from None
        if "error" in message:
            raise EditorError(f"{method}: {message['error']}")
        return message["result"]

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()

    def _settings(self) -> dict[str, Any]:
        schemas = {self._schema: "*.loadspec.yaml"}
        return {
            "yaml": {
                "schemas": schemas,
                "completion": True,
                "hover": True,
                "validate": True,
                "schemaStore": {"enable": False, "url": ""},
            }
        }

    def _notify(self, method: str, params: dict[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        stream = self._process.stdout
        while True:
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                return
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers[message["id"]].put(message)
        elif message["method"] == "textDocument/publishDiagnostics":
            self._problems.put(message["params"])
        elif message["method"] == "workspace/configuration":
            sections = [self._settings().get(item.get("section"), {}) for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": sections})
        elif "id" in message:  # a request that an editor may decline politely
            self._send({"id": message["id"], "result": None})


def _at(uri: str, line: int, character: int) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
