"""A Hugging Face Hub of this machine: as much of its HTTP as a download needs, slow on demand, and it refuses likewise.

A repository is a folder. As the Hub does, it sends what a repository holds as JSON (`/api/models/NAME`), small files
from `/NAME/resolve/main/FILE` and weights from another address, to which that one redirects; what does not exist is 401
with the header X-Error-Code, what is gated lists its files and refuses them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c" * 40
PIECE = 1 << 16


@dataclass
class Hub:
    """repositories: folders by name. claims: what a repository says of itself beside its files (`gated`, sizes).

    answers: names with the status that each request for them gets. asked: every request, `GET /path`. agents: what they
    said of themselves. tokens: what they showed to be let in. slow_from: after so many bytes of a file the rest comes
    slowly, until `go`; `cut` is set when somebody hangs up meanwhile.
    """

    address: str = ""
    repositories: dict[str, Path] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    slow_from: int | None = None
    go: threading.Event = field(default_factory=threading.Event)
    cut: threading.Event = field(default_factory=threading.Event)

    def fresh(self) -> None:
        """As at the start; what is slow goes on."""
        self.go.set()
        for one in (self.claims, self.answers, self.asked, self.agents, self.tokens):
            one.clear()
        self.slow_from, self.go, self.cut = None, threading.Event(), threading.Event()

    def record(self, name: str) -> dict[str, Any]:
        """What `/api/models/NAME?blobs=true` says."""
        claims = self.claims.get(name, {})
        sizes = {path.name: path.stat().st_size for path in sorted(self.repositories[name].iterdir())}
        sizes |= claims.get("sizes", {})
        said = {
            "_id": "0", "id": name, "modelId": name, "sha": COMMIT, "private": False, "gated": False,
            "siblings": [{"rfilename": file, "size": size, "blobId": "0"} for file, size in sizes.items()],
        }  # fmt: skip
        return said | {key: value for key, value in claims.items() if key != "sizes"}


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(f"{self.command} {path}")
            hub.agents.add(self.headers.get("User-Agent", ""))
            hub.tokens.add(self.headers.get("Authorization", ""))
            name, _, file = (
                path.removeprefix("/api/models/").removeprefix("/cdn").lstrip("/").partition("/resolve/main/")
            )
            if name in hub.answers:
                self.refuse(hub.answers[name])
            elif name not in hub.repositories:
                self.refuse(401, "RepoNotFound")
            elif path.startswith("/api/models/"):
                self.send(json.dumps(hub.record(name)).encode(), **{"Content-Type": "application/json"})
            elif hub.claims.get(name, {}).get("gated"):
                self.refuse(403, "GatedRepo")
            elif not (hub.repositories[name] / file).is_file():
                self.refuse(404, "EntryNotFound")
            elif file.endswith(".safetensors") and not path.startswith("/cdn/"):
                self.redirect(hub.repositories[name] / file, f"{hub.address}/cdn{path}")
            else:
                self.file(hub.repositories[name] / file)

        def refuse(self, status: int, code: str = "") -> None:
            self.send(b"", status, **({"X-Error-Code": code, "X-Error-Message": code} if code else {}))

        def redirect(self, path: Path, to: str) -> None:
            about = {"X-Linked-Size": str(path.stat().st_size), "X-Linked-ETag": f'"{_etag(path)}"'}
            self.send(b"", 302, Location=to, **about, **{"X-Repo-Commit": COMMIT})

        def file(self, path: Path) -> None:
            self.send(path.read_bytes(), ETag=f'"{_etag(path)}"', **{"X-Repo-Commit": COMMIT})

        def send(self, body: bytes, status: int = 200, **headers: str) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            try:
                self.pieces(body)
            except OSError:  # whoever asked has hung up
                self.close_connection = True
                hub.cut.set()

        def pieces(self, body: bytes) -> None:
            for start in range(0, len(body), PIECE):
                if hub.slow_from is not None and start >= hub.slow_from:
                    hub.go.wait(0.1)  # and then writes: only so does it learn that nobody listens any more
                self.wfile.write(body[start : start + PIECE])
                self.wfile.flush()

    return Answer


def _etag(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextlib.contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.go.set()
        server.shutdown()
        server.server_close()
