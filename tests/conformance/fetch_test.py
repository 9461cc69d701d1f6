"""`slipway fetch`: what lands is whole, what goes wrong leaves nothing, and each failure is met as it should be."""
import contextlib
import hashlib
import os
import pathlib
import pty
import signal
import subprocess
import time

import pytest

from fetching import CLEAN, DATA, LIMIT_S, SHA256, failed, fetch, fetched, server, to, tree
from file_server import FileServer, answer, break_after, certificate, hang_after
from program import PROGRAM, wait_until


def test_a_file_lands_under_its_name(server, to):
    done = fetched(server.url("/m/model.onnx?token=x"), "--to", to / "new", "--sha256", SHA256.upper())
    assert tree(to) == {"new/model.onnx": DATA}
    assert done.stdout == f"{SHA256}  model.onnx  3.0 MB\n"
    assert done.stderr == ""


def test_what_is_there_is_not_fetched_again(server, to):
    to.mkdir()
    (to / "model.onnx").write_bytes(DATA)
    assert "is there already" in fetched(server.url("/m/model.onnx"), "--to", to, "--sha256", SHA256).stdout
    assert server.asked == []
    (to / "model.onnx").write_bytes(b"another")
    fetched(server.url("/m/model.onnx"), "--to", to, "--sha256", SHA256)
    assert (len(server.asked), tree(to)) == (1, {"model.onnx": DATA})


def test_several_files_have_their_checksums_by_name(server, to):
    server.files["/b"] = b"b"
    addresses = [server.url("/m/model.onnx"), server.url("/b")]
    wrong = hashlib.sha256(b"c").hexdigest()
    assert "b: its SHA-256 is" in failed_after_some(*addresses, "--to", to, "--sha256", f"b:{wrong}")
    fetched(*addresses, "--to", to, "--sha256", f"b:{hashlib.sha256(b'b').hexdigest()}", "--sha256", f"model.onnx:{SHA256}")
    assert tree(to) == {"model.onnx": DATA, "b": b"b"}


def failed_after_some(*arguments) -> str:
    done = fetch(*arguments)
    assert done.returncode == 1
    return done.stderr


def test_a_wrong_checksum_leaves_what_was_there(server, to):
    to.mkdir()
    (to / "model.onnx").write_bytes(b"before")
    said = failed(server.url("/m/model.onnx"), "--to", to, "--sha256", "0" * 64)
    assert SHA256 in said and "0" * 64 in said
    assert (len(server.asked), tree(to)) == (1, {"model.onnx": b"before"})


def test_a_broken_connection_is_taken_up_where_it_broke(server, to):
    server.scripts["/m/model.onnx"] = [break_after(DATA, 1_000_000), break_after(DATA, 500_000)]
    done = fetched(server.url("/m/model.onnx"), "--to", to)
    assert server.ranges() == [None, "bytes=1000000-", "bytes=1500000-"]
    assert tree(to) == {"model.onnx": DATA}
    assert done.stderr.count("the connection ended too early; again in 0.") == 2


def test_a_part_that_is_shorter_than_what_is_missing(server, to):
    def middle(handler):
        handler.refuse(206, DATA[1_000_000:2_000_000], Content_Range=f"bytes 1000000-1999999/{len(DATA)}")

    server.scripts["/m/model.onnx"] = [break_after(DATA, 1_000_000), middle]
    done = fetched(server.url("/m/model.onnx"), "--to", to)
    assert "2000000 bytes came, not 3000000" in done.stderr
    assert server.ranges() == [None, "bytes=1000000-", "bytes=2000000-"]
    assert tree(to) == {"model.onnx": DATA}


def test_another_part_than_was_asked_for(server, to):
    def other(handler):
        handler.refuse(206, DATA[5:], Content_Range=f"bytes 5-{len(DATA) - 1}/{len(DATA)}")

    server.scripts["/m/model.onnx"] = [break_after(DATA, 1_000_000), other]
    assert "gives another part" in fetched(server.url("/m/model.onnx"), "--to", to).stderr
    assert tree(to) == {"model.onnx": DATA}


def test_a_part_of_what_the_file_has_become_is_not_taken(server, to):
    """From a server that does not look at If-Range."""

    def new_part(handler):
        part = DATA[1_000_000:]
        handler.refuse(206, part, Content_Range=f"bytes 1000000-{len(DATA) - 1}/{len(DATA)}", ETag='"new"')

    server.scripts["/m/model.onnx"] = [break_after(b"x" * 2_000_000, 1_000_000), new_part]
    assert "has changed between two parts of it" in fetched(server.url("/m/model.onnx"), "--to", to).stderr
    assert tree(to) == {"model.onnx": DATA}


def test_a_file_that_changed_meanwhile_is_fetched_anew(server, to):
    server.scripts["/m/model.onnx"] = [break_after(b"x" * 2_000_000, 1_000_000)]
    fetched(server.url("/m/model.onnx"), "--to", to)
    assert tree(to) == {"model.onnx": DATA}


def test_pieces_of_two_files_are_seen_by_the_checksum(server, to):
    """A server without ETags, so that only the checksum tells."""
    first = break_after(b"x" * len(DATA), 1_000_000, ETag=None)
    server.scripts["/m/model.onnx"] = [first, break_after(DATA, len(DATA), ETag=None)]
    fetched(server.url("/m/model.onnx"), "--to", to, "--sha256", SHA256)
    assert server.ranges() == [None, "bytes=1000000-", None]
    assert tree(to) == {"model.onnx": DATA}


def test_without_etag_and_checksum_it_begins_anew(server, to):
    server.scripts["/m/model.onnx"] = [break_after(DATA, 1_000_000, ETag=None)]
    fetched(server.url("/m/model.onnx"), "--to", to)
    assert server.ranges() == [None, None]


def test_what_is_not_there_is_asked_for_once(server, to):
    assert "404 Not Found" in failed(server.url("/none.onnx"), "--to", to)
    assert len(server.asked) == 1 and tree(to) == {}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_failure_that_may_pass_is_tried_again(server, to, status):
    server.scripts["/m/model.onnx"] = [answer(status, Retry_After="0")]
    fetched(server.url("/m/model.onnx"), "--to", to)
    assert len(server.asked) == 2


def test_retry_after_is_heeded(server, to):
    server.scripts["/m/model.onnx"] = [answer(503, Retry_After="1")]
    begin = time.monotonic()
    assert "again in 1.00 s" in fetched(server.url("/m/model.onnx"), "--to", to).stderr
    assert time.monotonic() - begin >= 1
    server.scripts["/m/model.onnx"] = [answer(503, Retry_After="3600")]
    assert "no time is left" in failed(server.url("/m/model.onnx"), "--to", to)


def test_retries_end(server, to):
    server.scripts["/m/model.onnx"] = [answer(503)] * 9
    assert "503 Service Unavailable" in failed(server.url("/m/model.onnx"), "--to", to, "--retries", 1)
    assert len(server.asked) == 2


def test_nobody_there(to):
    with FileServer() as gone:
        address = gone.url("/x")
    assert "Connection refused; again in" in failed(address, "--to", to, "--retries", 1)
    assert "finding its host" in failed("http://none.invalid/x", "--to", to, "--retries", 0)


def test_redirects(server, to):
    server.scripts["/start"] = [answer(302, Location="m/model.onnx")]
    fetched(server.url("/start"), "--to", to)
    assert tree(to) == {"start": DATA}
    server.scripts["/loop"] = [answer(301, Location="/loop")] * 20
    assert "redirected more than 10 times" in failed(server.url("/loop"), "--to", to)
    server.scripts["/file"] = [answer(302, Location="file:///etc/passwd")]
    assert "http://, https:// or s3:// expected" in failed(server.url("/file"), "--to", to)


def test_a_length_that_is_not_true(server, to):
    server.scripts["/m/model.onnx"] = [break_after(DATA, len(DATA), Content_Length=str(len(DATA) + 5))] * 2
    assert "ended too early" in failed(server.url("/m/model.onnx"), "--to", to, "--retries", 0)
    # nothing says where it ends, so only a checksum can tell that it is whole
    server.scripts["/m/model.onnx"] = [break_after(DATA, len(DATA), Content_Length=None)] * 2
    assert "does not say where the file ends" in failed(server.url("/m/model.onnx"), "--to", to, "--retries", 0)
    fetched(server.url("/m/model.onnx"), "--to", to, "--sha256", SHA256)


def chunked(*chunks: bytes, ends: bool):
    def act(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for chunk in chunks:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if ends:
            handler.wfile.write(b"0\r\n\r\n")

    return act


def test_chunks(server, to):
    server.scripts["/c"] = [chunked(b"one", b"two", ends=False), chunked(b"one", b"two", ends=True)]
    fetched(server.url("/c"), "--to", to)
    assert tree(to) == {"c": b"onetwo"}


@pytest.mark.parametrize("keep", [0, 1000])
def test_a_server_that_falls_silent_takes_no_longer_than_the_limit(server, to, keep):
    server.scripts["/m/model.onnx"] = [hang_after(DATA, keep)]
    begin = time.monotonic()
    assert "not done when the time was over" in failed(server.url("/m/model.onnx"), "--to", to, "--timeout", "300ms")
    assert time.monotonic() - begin < 5
    assert tree(to) == {}


def test_a_server_that_is_slow_takes_no_longer_than_the_limit(server, to):
    def trickle(handler):
        handler.give(DATA, 0)
        while not handler.server.ends.wait(0.01):
            handler.wfile.write(b"x")

    server.scripts["/m/model.onnx"] = [trickle]
    begin = time.monotonic()
    assert "not done when the time was over" in failed(server.url("/m/model.onnx"), "--to", to, "--timeout", "300ms")
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("headers", [{"Content_Encoding": "gzip"}, {"Content_Encoding": "br"}])
def test_another_form_of_the_file_is_not_taken_for_it(server, to, headers):
    server.scripts["/m/model.onnx"] = [break_after(DATA, len(DATA), **headers)]
    assert "encoded" in failed(server.url("/m/model.onnx"), "--to", to)
    server.scripts["/m/model.onnx"] = [answer(204)]
    assert "204" in failed(server.url("/m/model.onnx"), "--to", to)
    assert tree(to) == {}


def test_people_see_how_far_it_is(server, to):
    own, theirs = pty.openpty()
    command = [PROGRAM, "fetch", server.url("/m/model.onnx"), "--to", to]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, timeout=LIMIT_S, env=CLEAN)
    os.close(theirs)
    drawn = os.read(own, 100_000).decode()
    os.close(own)
    assert done.returncode == 0 and "model.onnx  " in drawn and " of 3.0 MB" in drawn
    assert drawn.endswith("\r\033[2K")


def start(*arguments) -> subprocess.Popen:
    command = [PROGRAM, "fetch", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(server, to, sent):
    server.scripts["/m/model.onnx"] = [hang_after(DATA, 1_000_000)]
    with start(server.url("/m/model.onnx"), "--to", to) as process:
        assert server.silent.acquire(timeout=LIMIT_S)
        process.send_signal(sent)
        _, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1 and said.endswith("interrupted\n")
    assert list(to.iterdir()) == []


def test_what_a_killed_one_left_is_swept_away(server, to):
    server.scripts["/m/model.onnx"] = [hang_after(DATA, 1_000_000)]
    with start(server.url("/m/model.onnx"), "--to", to) as process:
        assert server.silent.acquire(timeout=LIMIT_S)
        process.kill()
        process.communicate(timeout=LIMIT_S)
    assert [path.name[:15] for path in to.iterdir()] == [".slipway-fetch-"]
    fetched(server.url("/m/model.onnx"), "--to", to)
    assert tree(to) == {"model.onnx": DATA}


@contextlib.contextmanager
def mounted(folder: pathlib.Path, options: str):
    """The command that runs another with a file system of its own at `folder`, and lists what is in it at the end."""
    folder.mkdir()
    mount = f"mount -t tmpfs -o {options} none {folder}"
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", *mount.split()], capture_output=True).returncode != 0:
        pytest.skip("a file system of its own needs root and mounts")
    yield ["unshare", "--mount", "sh", "-c", f'{mount} && "$@"; code=$?; ls -A {folder}; exit $code', "sh"]


@pytest.mark.parametrize("options, says", [("size=1m", "No space left"), ("ro", "Read-only file system")])
def test_a_disk_that_takes_no_more(server, to, options, says):
    with mounted(to, options) as command:
        done = subprocess.run(
            [*command, PROGRAM, "fetch", server.url("/m/model.onnx"), "--to", to],
            capture_output=True, text=True, timeout=LIMIT_S, env=CLEAN,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr and len(server.asked) <= 1


@pytest.fixture
def nobody_tells_addresses(tmp_path) -> list[str]:
    """The command that runs another where looking a host's name up never ends: the file of names is one that nobody writes."""
    os.mkfifo(tmp_path / "hosts")
    mount = f"mount --bind {tmp_path / 'hosts'} /etc/hosts"
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", *mount.split()], capture_output=True).returncode != 0:
        pytest.skip("a file of names of its own needs root and mounts")
    return ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]


def test_a_host_that_is_not_found_takes_no_longer_than_the_limit(nobody_tells_addresses, to):
    command = [*nobody_tells_addresses, PROGRAM, "fetch", "http://models.internal/x", "--to", to, "--timeout", "300ms"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, env=CLEAN)
    assert done.returncode == 1 and "finding its host: not done when the time was over" in done.stderr
    assert list(to.iterdir()) == []


def test_a_host_that_is_not_found_is_not_waited_for_after_an_interruption(nobody_tells_addresses, to):
    command = [*nobody_tells_addresses, PROGRAM, "fetch", "http://models.internal/x", "--to", to]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=CLEAN) as process:
        threads = pathlib.Path(f"/proc/{process.pid}/task")
        wait_until(lambda: len(list(threads.iterdir())) >= 3, "one that awaits signals, one that finds the host")
        process.terminate()
        try:
            _, said = process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()
    assert process.returncode == 1 and said.endswith("interrupted\n")


# ---- TLS


@pytest.fixture(scope="module")
def trusted(tmp_path_factory) -> pathlib.Path:
    return certificate(tmp_path_factory.mktemp("tls"), "DNS:localhost", "IP:127.0.0.1")


def test_certificates_are_checked(trusted, server, tmp_path, to):
    with FileServer({"/model.onnx": DATA}, trusted) as secure:
        known = {"SSL_CERT_FILE": str(trusted)}
        fetched(secure.url("/model.onnx"), "--to", to, env=known)
        fetched(secure.url("/model.onnx", "localhost"), "--to", to, env=known)
        assert tree(to) == {"model.onnx": DATA}
        assert "not trusted" in failed(secure.url("/model.onnx"), "--to", to)
        missing = {"SSL_CERT_FILE": str(tmp_path / "none.pem")}
        assert "none.pem: there is no such file" in failed(secure.url("/model.onnx"), "--to", to, env=missing)
        # from https nothing leads to http
        secure.scripts["/down"] = [answer(302, Location=server.url("/m/model.onnx"))]
        assert "which is not encrypted" in failed(secure.url("/down"), "--to", to, env=known)
        server.scripts["/up"] = [answer(302, Location=secure.url("/model.onnx"))]
        fetched(server.url("/up"), "--to", to, env=known)
    other = certificate(tmp_path, "DNS:example.org")
    with FileServer({"/model.onnx": DATA}, other) as secure:
        said = failed(secure.url("/model.onnx", "localhost"), "--to", to, env={"SSL_CERT_FILE": str(other)})
        assert "not trusted" in said


def test_a_tls_connection_that_breaks_is_taken_up(trusted, to):
    with FileServer({"/model.onnx": DATA}, trusted) as secure:
        secure.scripts["/model.onnx"] = [break_after(DATA, 1_000_000)]
        fetched(secure.url("/model.onnx"), "--to", to, env={"SSL_CERT_FILE": str(trusted)})
        assert secure.ranges() == [None, "bytes=1000000-"]
    assert tree(to) == {"model.onnx": DATA}


# ---- the command line


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["http://h/x"], "--to"),
        (["--to", "x"], "URL"),
        (["ftp://h/x", "--to", "x"], "http://, https:// or s3:// expected"),
        (["model.onnx", "--to", "x"], "is no address"),
        (["http://h/", "--to", "x"], "cannot be a file's name"),
        (["http://h/a", "http://i/a", "--to", "x"], 'two files are called "a"'),
        (["http://h/a", "--to", "x", "--sha256", "abc"], "64 hexadecimal letters"),
        (["http://h/a", "http://h/b", "--to", "x", "--sha256", "0" * 64], "FILE:HEX"),
        (["http://h/a", "--to", "x", "--sha256", "b:" + "0" * 64], "no file of that name"),
        (["http://h/a", "--to", "x", "--timeout", "10x"], "--timeout"),
        (["http://h/a", "--to", "x", "--timeout", "0"], "more than 0"),
        (["s3://", "--to", "x"], "s3://BUCKET/KEY"),
        (["s3://b/a", "--to", "x", "--endpoint", "minio"], "minio: is no address"),
    ],
)
def test_a_wrong_command_line_is_said(tmp_path, arguments, says):
    assert says in failed(*arguments, code=2, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
