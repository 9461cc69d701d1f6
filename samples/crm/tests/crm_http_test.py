"""What the program does as a server on the network: the page, headers, limits, broken requests, its end."""
import re
import select
import socket
import sqlite3
import subprocess
import time

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


@pytest.mark.parametrize("request_", [
    b"nonsense\r\n\r\n", b"GET /% HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/customers?q=%C3 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_a_broken_request_gets_an_answer_and_ends_its_connection(crm, request_):
    assert raw(crm, request_).startswith(b"HTTP/1.1 400 ")


def test_bodies_are_limited(crm):
    person = crm.person("admin")
    assert person.post("/api/customers", data=b" " * (1 << 20)).status_code == 400
    assert person.post("/api/customers", data=b" " * ((1 << 20) + 1)).status_code == 413
    head = f"Content-Length: {(64 << 20) + 1}\r\n"
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    for path, with_cookie in (("PUT /api/notes/1/recording", True), ("POST /api/customers/import", True), ("POST /api/session", False)):
        sent = f"{path} HTTP/1.1\r\nHost: x\r\n{head}" + (f"Cookie: {cookie}\r\n" if with_cookie else "") + "\r\n"
        assert raw(crm, sent.encode()).startswith(b"HTTP/1.1 413 "), path


def test_ten_minutes_of_sound_at_48_khz_are_taken(crm):
    person = crm.person("admin")
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    head = f"PUT /api/notes/1/recording HTTP/1.1\r\nHost: x\r\nContent-Length: {600 * 48000 * 2 + 44}\r\nCookie: {cookie}\r\n"
    host, port = crm.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")


def test_a_file_may_come_slowly_but_not_stand_still(tmp_path):
    with Crm(f"sqlite:{tmp_path}/crm.db", tmp_path, "--idle-seconds", "1") as crm:
        person = crm.person("admin")
        note = person.create("notes", customer_id=person.create("customers", name="A")["id"], text="x")["id"]
        cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
        sound = b"RIFF\x04\0\0\0WAVE" + bytes(1588)
        head = (
            f"PUT /api/notes/{note}/recording HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sound)}\r\n"
            f"Cookie: {cookie}\r\nX-CSRF-Token: {person.token}\r\nConnection: close\r\n\r\n"
        )
        host, port = crm.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head.encode())
            for begin in range(0, len(sound), 160):
                time.sleep(0.15)  # the slow line: longer in all than the connection may be silent
                connection.sendall(sound[begin : begin + 160])
            assert connection.recv(100).startswith(b"HTTP/1.1 204 ")
        assert person.get(f"/api/notes/{note}/recording").content == sound
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head.encode() + sound[:160])
            assert not connection.recv(100).startswith(b"HTTP/1.1 204 "), "it stood still and was ended"


def test_health_answers_while_everything_else_waits_for_the_database(tmp_path):
    with Crm(f"sqlite:{tmp_path}/crm.db", tmp_path) as crm:
        host, port = crm.url.removeprefix("http://").split(":")
        locked = sqlite3.connect(tmp_path / "crm.db", isolation_level=None)
        locked.execute("BEGIN IMMEDIATE")
        waiting = []
        try:
            for _ in range(12):  # more than there are workers
                connection = socket.create_connection((host, int(port)), timeout=30)
                connection.sendall(b"GET /api/session HTTP/1.1\r\nHost: x\r\nCookie: crm_session=x\r\n\r\n")
                waiting.append(connection)
            for _ in range(3):
                assert requests.get(f"{crm.url}/health", timeout=3).json()["status"] == "ok"
            assert not select.select(waiting, [], [], 0)[0], "none of the others was answered yet"
        finally:
            locked.execute("ROLLBACK")
            for connection in waiting:
                connection.close()


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
        (["--database", "sqlite::memory:", "--trusted-proxy", "10.0.0.0/33"], '10.0.0.7 or 10.0.0.0/8 expected, "10.0.0.0/33" given'),
        (["--database", "sqlite::memory:", "--speech", "ftp://x"], "--speech is http://HOST:PORT"),
        (["--database", "sqlite::memory:", "--admin-password-file", "/nowhere"], "/nowhere"),
    ],
)
def test_a_wrong_start_says_what_is_wrong(arguments, said):
    done = subprocess.run([PROGRAM, "--port", "0", *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and said in done.stderr
