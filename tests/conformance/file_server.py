"""An HTTP server that does to its clients what servers and networks do: breaks off, redirects, refuses, lies, falls silent."""
import contextlib
import hashlib
import http.server
import pathlib
import re
import ssl
import subprocess
import threading
from collections.abc import Callable

LIMIT_S = 20


class FileServer(http.server.ThreadingHTTPServer):
    """Serves `files`, by path, with ETags and ranges. What `scripts` has for a path is done first, one entry for each request.

    with FileServer({"/a": b"..."}) as server:
        server.scripts["/a"] = [answer(503)]
    """

    daemon_threads = True

    def __init__(self, files: dict[str, bytes] | None = None, certificate: pathlib.Path | None = None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = dict(files or {})
        self.scripts: dict[str, list[Callable]] = {}
        self.asked: list[tuple[str, dict]] = []
        self.silent = threading.Semaphore(0)  # released for each client that now waits
        self.ends = threading.Event()
        self.scheme = "https" if certificate else "http"
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)

    def finish_request(self, request, client_address):
        with contextlib.suppress(OSError):  # clients go when they have seen enough
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
            request.close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_address[1]}{path}"

    def ranges(self) -> list[str | None]:
        return [headers.get("range") for _, headers in self.asked]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FileServer

    def do_GET(self):
        path = self.path.split("?")[0]
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.close_connection = True
        script = self.server.scripts.get(path)
        if script:
            script.pop(0)(self)
        elif path in self.server.files:
            self.give(self.server.files[path])
        else:
            self.refuse(404)

    def give(self, data: bytes, keep: int | None = None, **headers: str):
        """All of it, or the part that is asked for, or the first `keep` bytes and then nothing more."""
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(found[1]) if found and self.headers.get("If-Range", etag) == etag else None
        if first is not None and first >= len(data):
            return self.refuse(416)
        self.send_response(200 if first is None else 206)
        if first is not None:
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        part = data[first or 0 :]
        for name, value in ({"ETag": etag, "Content_Length": str(len(part))} | headers).items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(part[:keep])

    def refuse(self, status: int, body: bytes = b"", **headers: str):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def fall_silent(self):
        self.wfile.flush()
        self.server.silent.release()
        self.server.ends.wait(LIMIT_S)

    def log_message(self, *_):
        pass


def answer(status: int, **headers: str) -> Callable:
    return lambda handler: handler.refuse(status, **headers)


def break_after(data: bytes, keep: int, **headers: str) -> Callable:
    return lambda handler: handler.give(data, keep, **headers)


def hang_after(data: bytes, keep: int) -> Callable:
    def act(handler: Handler):
        handler.give(data, keep)
        handler.fall_silent()

    return act


def certificate(folder: pathlib.Path, *names: str) -> pathlib.Path:
    """A key and a certificate that vouches for itself, in one file."""
    key, file = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=test", "-addext", "subjectAltName=" + ",".join(names), "-keyout", key, "-out", file],
        check=True, capture_output=True, timeout=LIMIT_S,
    )  # fmt: skip
    whole = folder / "whole.pem"
    whole.write_text(key.read_text() + file.read_text())
    return whole
