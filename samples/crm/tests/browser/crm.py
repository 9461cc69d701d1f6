"""The CRM as a process, and a client of its API for what a test needs to be there."""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[4]
PROGRAM = pathlib.Path(os.environ.get("CRM_PROGRAMS", ROOT / "build" / "samples" / "crm")) / "crm"
PASSWORD = "correct horse battery"


class Crm:
    """The program on a free port with a database of its own, ended when the block ends."""

    def __init__(self, folder: pathlib.Path, speech: str | None = None) -> None:
        self.folder = folder
        self.speech = speech

    def __enter__(self) -> "Crm":
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)
        command = [PROGRAM, "--port", "0", "--database", f"sqlite:{self.folder / 'crm.db'}", "--admin-password-file", secret,
                   "--web", ROOT / "samples" / "crm" / "web"]
        if self.speech:
            command += ["--speech", self.speech]
        environment = {k: v for k, v in os.environ.items() if k != "CRM_SPEECH"}
        self.log = (self.folder / "crm.log").open("wb")
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=self.log, env=environment)
        killer = threading.Timer(30, self.process.kill)
        killer.start()
        for line in self.process.stdout:
            if found := re.search(rb"CRM: http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(found[1])
                break
        else:
            raise RuntimeError(f"the CRM did not start: {(self.folder / 'crm.log').read_text()}")
        killer.cancel()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.log.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Client:
    """Somebody who is logged in. `cookie` is what a browser would hold."""

    def __init__(self, crm: Crm, user: str = "admin", password: str = PASSWORD) -> None:
        self.crm = crm
        self.user = user
        self.cookie = self.csrf = ""
        answer, headers = self._send("POST", "session", {"user": user, "password": password})
        self.cookie = headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
        self.csrf = answer["csrf"]

    def _send(self, method: str, path: str, body=None, content_type: str = "application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.crm.port, timeout=20)
        headers = {"Content-Type": content_type}
        if self.cookie:
            headers |= {"Cookie": f"crm_session={self.cookie}", "X-CSRF-Token": self.csrf}
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection.request(method, f"/api/{path}", data, headers)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {raw[:500]!r}")
        try:
            return json.loads(raw) if raw else None, response.headers
        except ValueError:
            return raw, response.headers

    def get(self, path: str):
        return self._send("GET", path)[0]

    def post(self, path: str, **record):
        return self._send("POST", path, record)[0]

    def put(self, path: str, record: dict):
        return self._send("PUT", path, record)[0]

    def delete(self, path: str):
        return self._send("DELETE", path)[0]

    def send_file(self, method: str, path: str, data: bytes, content_type: str):
        return self._send(method, path, data, content_type)[0]


def user_of(admin: Client, role: str, name: str) -> Client:
    """A new user, logged in; the first name is what to log in with."""
    login = name.split()[0].lower()
    admin.post("users", user=login, name=name, role=role, password=PASSWORD)
    return Client(admin.crm, login)


def wait_for(condition, what: str, seconds: float = 10.0):
    """The first answer that is true, asked for again and again; a failure says what was waited for."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := condition():
            return answer
        threading.Event().wait(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")
