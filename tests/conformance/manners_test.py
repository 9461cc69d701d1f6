"""The manners of HTTP/1.1 byte by byte, as no client library would let a test speak."""
import functools
import gzip
import json
import zlib

import pytest

from program import Server, fake_model, rows
from wire import Wire, message

INFER = "/v2/models/m/infer"
LONG = json.dumps(rows(*range(300))).encode()  # its answer is over the 1 KiB from which answers are compressed
raw_deflate = functools.partial(zlib.compress, wbits=-15)  # without zlib's wrapping, as many senders mean it


def chunked(body: bytes, size: int = 7) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)] + [b""]
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server([fake_model(tmp_path_factory.mktemp("manners"))]) as running:
        yield running


@pytest.fixture
def wire(server):
    with Wire(server.address) as connected:
        yield connected


def test_a_connection_is_kept_until_the_client_ends_it(wire):
    for _ in range(3):
        answer = wire.send(message("POST", INFER, json.dumps(rows(1)).encode())).answer()
        assert answer.status == 200 and answer.headers["Connection"] != "close"
    assert wire.send(message("GET", "/v2", headers={"Connection": "close"})).answer().headers["Connection"] == "close"
    assert wire.at_end()


def test_http_1_0_is_answered_and_closed(wire):
    assert wire.send(b"GET /v2/health/live HTTP/1.0\r\n\r\n").answer().json["live"]
    assert wire.at_end()


def test_requests_sent_at_once_are_answered_in_order(wire):
    bodies = [json.dumps({"id": str(i)} | rows(*[i] * (i * 50))).encode() for i in (3, 2, 1)]
    wire.send(*[message("POST", INFER, body) for body in bodies])
    answers = [wire.answer().json for _ in bodies]
    assert [answer["id"] for answer in answers] == ["3", "2", "1"]
    for i, answer in zip((3, 2, 1), answers):
        assert answer["outputs"][0]["data"] == [i] * (i * 200)


def test_a_body_in_chunks(wire):
    for size in (1, 7, 10**6):
        wire.send(message("POST", INFER, chunked(LONG, size), {"Transfer-Encoding": "chunked"}))
        answer = wire.answer()
        assert answer.status == 200 and answer.json["outputs"][0]["shape"] == [300, 4]


@pytest.mark.parametrize(
    "name,pack",
    [("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)],
    ids=["gzip", "upper-case", "deflate", "raw-deflate"],
)
def test_compressed_in_chunks_there_and_compressed_back(wire, name, pack):
    coding = name.lower()
    plain = wire.send(message("POST", INFER, LONG)).answer()
    headers = {"Transfer-Encoding": "chunked", "Content-Encoding": name, "Accept-Encoding": coding}
    answer = wire.send(message("POST", INFER, chunked(pack(LONG)), headers)).answer()
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Encoding"] == coding
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert (gzip.decompress if coding == "gzip" else zlib.decompress)(answer.body) == plain.body


@pytest.mark.parametrize(
    "accepted,right",
    [
        ("gzip;q=0.2, deflate;q=0.9", ["deflate"]),
        ("br, zstd, gzip", ["gzip"]),
        ("gzip;q=0", [None]),
        ("gzip;q=0, *;q=0.5", ["deflate", None]),
        ("identity", [None]),
        ("", [None]),
    ],
)
def test_the_coding_is_the_one_that_the_client_likes_best(wire, accepted, right):
    answer = wire.send(message("POST", INFER, LONG, {"Accept-Encoding": accepted})).answer()
    assert answer.headers["Content-Encoding"] in right
    small = wire.send(message("GET", "/v2/health/live", headers={"Accept-Encoding": accepted})).answer()
    assert small.headers["Content-Encoding"] is None, "not worth it"


def test_a_client_that_expects_100_continue_is_told_to_go_on(wire):
    body = json.dumps(rows(1)).encode()
    wire.send(message("POST", INFER, b"", {"Expect": "100-continue", "Content-Length": len(body)}))
    assert wire.answer().status == 100
    assert wire.send(body).answer().status == 200
    assert wire.send(message("POST", INFER, b"", {"Expect": "tea", "Content-Length": 5})).answer().status == 417
    assert wire.at_end()


@pytest.mark.parametrize(
    "head,status",
    [
        pytest.param(b"GET http://m/v2 HTTP/1.1\r\nHost: m\r\n\r\n", 200, id="absolute-form"),
        pytest.param(b"GET /v2 HTTP/1.1\r\n\r\n", 400, id="no-host"),
        pytest.param(b"GET /v2 HTTP/1.1\r\nHost: m\r\nHost: n\r\n\r\n", 400, id="two-hosts"),
        pytest.param(
            b"POST /v2 HTTP/1.1\r\nHost: m\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400, id="two-lengths"
        ),
        pytest.param(
            b"POST /v2 HTTP/1.1\r\nHost: m\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, id="both"
        ),
        pytest.param(b"GET /v2 HTTP/3.1\r\nHost: m\r\n\r\n", 400, id="another-version"),
    ],
)
def test_what_rfc_9112_demands_of_every_server(wire, head, status):
    answer = wire.send(head).answer()
    assert answer.status == status
    assert status == 200 or (answer.error and wire.at_end())


@pytest.mark.parametrize("path,status", [("/openapi.json", 200), ("/docs", 200), ("/v2/x", 404), (INFER, 405)])
def test_head_is_get_without_the_body(wire, path, status):
    get = wire.send(message("GET", path)).answer()
    head = wire.send(message("HEAD", path)).answer(has_body=False)
    for answer in (get, head):
        del answer.headers["Date"]
    assert (head.status, head.headers.items()) == (status, get.headers.items())
    assert wire.send(message("GET", "/v2")).answer().status == 200, "the next answer begins where it should"


@pytest.mark.parametrize("origin", ["*", "https://app.example"])
def test_browsers_may_call_from_the_origin_that_is_named(tmp_path, origin):
    from_page = {"Origin": "https://app.example"}
    with Server([fake_model(tmp_path), "--cors-origin", origin]) as server, Wire(server.address) as wire:
        asked = from_page | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        preflight = wire.send(message("OPTIONS", INFER, headers=asked)).answer()
        assert preflight.status == 204
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
        allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
        assert "content-type" in allowed and "inference-header-content-length" in allowed
        good = wire.send(message("POST", INFER, LONG, from_page)).answer()
        bad = wire.send(message("POST", INFER, b"{", from_page)).answer()
        assert (good.status, bad.status) == (200, 400)
        for answer in (preflight, good, bad):
            assert answer.headers.get_all("Access-Control-Allow-Origin") == [origin]
        assert "Inference-Header-Content-Length" in good.headers["Access-Control-Expose-Headers"]
        assert origin == "*" or "Origin" in good.headers.get_all("Vary")


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_without_the_option_there_is_no_cors(wire, method):
    answer = wire.send(message(method, "/v2", headers={"Origin": "a", "Access-Control-Request-Method": "GET"})).answer()
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
