"""Starts the CRM as a user would, and ends it by its own pid."""
import os
import pathlib
import queue
import subprocess
import threading
import time
from collections.abc import Callable

import requests

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = pathlib.Path(os.environ.get("CRM_PROGRAMS", ROOT / "build" / "samples" / "crm"))
PROGRAM = PROGRAMS / "crm"
PASSWORD = "correct horse"
LIMIT_S = 30
STEP_S = 0.005


class Person(requests.Session):
    """Somebody who is logged in, with the token on every call. Paths are relative to the program's address."""

    def __init__(self, url: str, user: str, password: str):
        super().__init__()
        self.url = url
        answer = self.post("/api/session", json={"user": user, "password": password})
        answer.raise_for_status()
        self.token = answer.json()["csrf"]
        self.headers["X-CSRF-Token"] = self.token

    def request(self, method, url, **options):
        return super().request(method, self.url + url, timeout=LIMIT_S, **options)

    def create(self, kind: str, **fields) -> dict:
        answer = self.post(f"/api/{kind}", json=fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def found(self, kind: str, **query) -> list[dict]:
        answer = self.get(f"/api/{kind}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]


class Crm:
    """One program on a free port of the loopback. `url` is its address without a / at the end."""

    def __init__(self, database: str, folder: pathlib.Path, *arguments: str):
        assert PROGRAM.exists(), f"{PROGRAM} is missing: cmake --build build --target crm"
        password = folder / "admin-password"
        password.write_text(PASSWORD + "\n")
        self.database = database
        self.log: list[str] = []
        self._lines: queue.Queue = queue.Queue()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
        self.process = subprocess.Popen(
            [PROGRAM, "--port", "0", "--database", database, "--admin-password-file", password, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.url = self._address()
        except Exception:
            self.stop()
            raise

    def _read(self) -> None:
        for line in self.process.stdout:
            self.log.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _address(self) -> str:
        end = time.monotonic() + LIMIT_S
        while (line := self._lines.get(timeout=max(0.0, end - time.monotonic()))) is not None:
            if line.startswith("CRM: http"):
                return line.removeprefix("CRM: ").strip().rstrip("/")
        raise RuntimeError(f"the program ended with {self.process.wait()}:\n{''.join(self.log)}")

    def person(self, user: str) -> Person:
        return Person(self.url, user, PASSWORD)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self) -> "Crm":
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Asks until it is so, and fails after LIMIT_S."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"not within {LIMIT_S} s: {what}"
        time.sleep(STEP_S)
