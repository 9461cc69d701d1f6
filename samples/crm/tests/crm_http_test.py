"""What the program does as a server on the network: the page, headers, limits, broken requests, its end."""
import re
import socket
import subprocess

import pytest
import requests

from crm_program import Crm, PROGRAM


@pytest.fixture(scope="module")
def crm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crm")
    web = folder / "web"
    (web / "js").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>page</title>")
    (web / "js" / "app.js").write_text("export {}")
    with Crm(f"sqlite:{folder}/crm.db", folder, "--web", str(web)) as running:
        yield running


def raw(crm, request: bytes) -> bytes:
    """What comes back for these bytes, until the program closes."""
    host, port = crm.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    return answer


def test_the_page_comes_with_headers_that_guard_it(crm):
    answer = requests.get(crm.url + "/", timeout=30)
    assert "<title>page</title>" in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert requests.get(crm.url + "/js/app.js", timeout=30).headers["Content-Type"].startswith("text/javascript")
    for path in ("/", "/js/app.js", "/nothing", "/api/session", "/health"):
        headers = requests.get(crm.url + path, timeout=30).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
    assert requests.get(crm.url + "/api/session", timeout=30).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/../crm.db", "/js/../../crm.db", "/%2e%2e/crm.db", "/..%2fcrm.db", "//crm.db", "/crm.db"])
def test_nothing_outside_of_the_page_is_served(crm, path):
    answer = raw(crm, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")


def test_a_head_has_no_body(crm):
    answer = raw(crm, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\r\n\r\n") and b"Content-Length: 34" in answer


def test_a_wrong_method_is_told_the_right_ones(crm):
    answer = requests.post(crm.url + "/health", timeout=30)
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET"


@pytest.mark.parametrize("request_", [b"nonsense\r\n\r\n", b"GET /% HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_a_broken_request_gets_an_answer_and_ends_its_connection(crm, request_):
    assert raw(crm, request_).startswith(b"HTTP/1.1 400 ")


def test_bodies_are_limited(crm):
    person = crm.person("admin")
    assert person.post("/api/customers", data=b" " * (1 << 20)).status_code == 400
    assert person.post("/api/customers", data=b" " * ((1 << 20) + 1)).status_code == 413
    long = {"Content-Length": str(60 << 20)}
    head = "".join(f"{name}: {value}\r\n" for name, value in long.items())
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    for path, with_cookie in (("PUT /api/notes/1/recording", True), ("POST /api/customers/import", True), ("POST /api/session", False)):
        sent = f"{path} HTTP/1.1\r\nHost: x\r\n{head}" + (f"Cookie: {cookie}\r\n" if with_cookie else "") + "\r\n"
        assert raw(crm, sent.encode()).startswith(b"HTTP/1.1 413 "), path


def test_only_who_is_logged_in_may_send_a_long_body(crm):
    head = f"PUT /api/notes/1/recording HTTP/1.1\r\nHost: x\r\nContent-Length: {2 << 20}\r\n\r\n"
    assert raw(crm, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_a_length_is_limited_too(crm):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    head = b"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    host, port = crm.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        try:
            connection.sendall(head + chunk * 40)
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
        except ConnectionError:
            pass  # it was closed while we were still sending, which is as good


def test_a_connection_is_used_again(crm):
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(crm.url + "/health", timeout=30).status_code == 200


def test_it_ends_cleanly_when_asked_to(tmp_path):
    with Crm(f"sqlite:{tmp_path}/crm.db", tmp_path) as crm:
        person = crm.person("admin")  # whose connection stays open
        assert person.get("/api/session").status_code == 200
        assert crm.stop() == 0


def test_a_first_password_is_made_up_where_none_is_given(tmp_path):
    process = subprocess.Popen(
        [PROGRAM, "--port", "0", "--database", f"sqlite:{tmp_path}/crm.db"], stdout=subprocess.PIPE, text=True
    )
    try:
        password = re.search(r"password (\w{16})", process.stdout.readline())[1]
        url = process.stdout.readline().removeprefix("CRM: ").strip()
        body = {"user": "admin", "password": password}
        assert requests.post(url + "api/session", json=body, timeout=30).status_code == 200
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--database", "mysql://x"], "sqlite:PATH or postgresql://"),
        (["--database", "sqlite:/nowhere/x.db"], "/nowhere/x.db"),
        (["--database", "sqlite::memory:", "--speech", "ftp://x"], "--speech is http://HOST:PORT"),
        (["--database", "sqlite::memory:", "--admin-password-file", "/nowhere"], "/nowhere"),
    ],
)
def test_a_wrong_start_says_what_is_wrong(arguments, said):
    done = subprocess.run([PROGRAM, "--port", "0", *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and said in done.stderr
