"""One connection, byte by byte: for what no client library would send, or would hide."""
import http.client
import socket

from http_call import LIMIT_S, Answer


class Wire:
    """A connection to `address` ("host:port"), and the answers that come on it.

    with Wire(server.address) as wire:
        assert wire.send(message("GET", "/v2")).answer().status == 200
    """

    def __init__(self, address: str):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=LIMIT_S)
        self._file = self.socket.makefile("rb")

    def send(self, *parts: bytes) -> "Wire":
        self.socket.sendall(b"".join(parts))
        return self

    def answer(self, has_body: bool = True) -> Answer:
        """The next one. Its body is shorter than its Content-Length says when the connection ends in the middle."""
        status = int(self._file.readline().split()[1])
        headers = http.client.parse_headers(self._file)
        has_body = has_body and status not in (100, 204)
        return Answer(status, headers, self._file.read(int(headers["Content-Length"])) if has_body else b"")

    def at_end(self) -> bool:
        """Whether the server closes the connection, and sends nothing more before."""
        return self._file.read(1) == b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_) -> None:
        self._file.close()
        self.socket.close()


def message(method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> bytes:
    """A request, with the length of its body unless `headers` say how long it is."""
    headers = headers or {}
    lines = [f"{method} {path} HTTP/1.1", "Host: m"] + [f"{name}: {value}" for name, value in headers.items()]
    if body is not None and not {"Content-Length", "Transfer-Encoding"} & set(headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")
