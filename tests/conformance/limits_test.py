"""Sizes and times are bounded, and whoever goes beyond them is told so or cut off, while others are served."""
import contextlib
import gzip
import json
import os
import pathlib
import time
import zlib

import pytest

from http_call import LIMIT_S, call
from program import Server, fake_model, rows, wait_until
from wire import Wire, message

INFER = "/v2/models/m/infer"
BODY = json.dumps(rows(*range(300))).encode()
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
BOMB = bytes(500_000)  # of which compression leaves half a KiB


def serve(folder: pathlib.Path, setting: str = "") -> Server:
    """With one line of an app file's `server`."""
    app = folder / "app.yaml"
    app.write_text(f"server: {{{setting}}}\nmodels: [{{path: {fake_model(folder)}}}]\n")
    return Server([app])


@pytest.mark.parametrize(
    "body,headers,status",
    [
        pytest.param(b" " * 1024, {}, 400, id="just-within"),
        pytest.param(b" " * 1025, {}, 413, id="just-over"),
        pytest.param(b"", {"Expect": "100-continue", "Content-Length": 1025}, 413, id="told-before-it-is-sent"),
        pytest.param(CHUNKED, {"Transfer-Encoding": "chunked"}, 413, id="chunked"),
        pytest.param(gzip.compress(BOMB), {"Content-Encoding": "gzip"}, 413, id="inflated-gzip"),
        pytest.param(zlib.compress(BOMB), {"Content-Encoding": "deflate"}, 413, id="inflated-deflate"),
        pytest.param(zlib.compress(BOMB, wbits=-15), {"Content-Encoding": "deflate"}, 413, id="inflated-raw-deflate"),
    ],
)
def test_a_body_over_the_limit_is_413(tmp_path, body, headers, status):
    with Server([fake_model(tmp_path), "--max-request-bytes", "1KB"]) as server:
        with Wire(server.address) as wire:
            answer = wire.send(message("POST", INFER, body, headers)).answer()
            assert answer.status == status and answer.error
        assert call(server.url + INFER, rows(1)).status == 200


@pytest.mark.parametrize("bytes_over,status", [(-100, 200), (100, 431)])
def test_a_header_over_the_limit_is_431(tmp_path, bytes_over, status):
    with serve(tmp_path) as server, Wire(server.address) as wire:
        answer = wire.send(message("GET", "/v2", headers={"X-Long": "a" * (65536 + bytes_over)})).answer()
        assert answer.status == status
        assert status == 200 or ("65536" in answer.error and wire.at_end())


def cut_off(wire: Wire) -> bool:
    """Sends one more byte, and listens for a moment whether the connection has ended."""
    try:
        return wire.send(b"x").socket.recv(1000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("headers", [b"", b"Host: m\r\nContent-Length: 9999\r\n\r\n"], ids=["header", "body"])
def test_a_slow_client_is_cut_off_and_another_is_served_meanwhile(tmp_path, headers):
    with serve(tmp_path, "read_timeout_ms: 300") as server, Wire(server.address) as wire:
        wire.socket.settimeout(0.05)
        begin = time.monotonic()
        wire.send(f"POST {INFER} HTTP/1.1\r\n".encode(), headers)
        while not cut_off(wire):  # each byte comes in time, all of them do not
            assert call(server.url + INFER, rows(1)).status == 200
            assert time.monotonic() < begin + LIMIT_S
        assert time.monotonic() > begin + 0.25, "that was too soon"


def sockets_of(pid: int) -> int:
    found = 0
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found += os.readlink(entry).startswith("socket:")
    return found


def test_a_client_that_does_not_read_its_answer_is_cut_off(tmp_path):
    body = json.dumps(rows(*[0.123456789] * 300_000)).encode()  # its answer is more than the sockets hold
    with serve(tmp_path, "write_timeout_ms: 300") as server:
        before = sockets_of(server.process.pid)
        with Wire(server.address) as wire:
            wire.send(message("POST", INFER, body))
            server.wait_for(1, "slipway_requests_total", outcome="success")
            wait_until(lambda: sockets_of(server.process.pid) == before, "its connection is closed")
            with contextlib.suppress(ConnectionError):
                answer = wire.answer()
                assert len(answer.body) < int(answer.headers["Content-Length"])


def test_an_idle_connection_is_closed_after_a_while(tmp_path):
    with serve(tmp_path, "idle_timeout_ms: 200") as server, Wire(server.address) as wire:
        assert wire.send(message("GET", "/v2")).answer().status == 200
        begin = time.monotonic()
        assert wire.at_end()
        assert 0.15 < time.monotonic() - begin < 10
