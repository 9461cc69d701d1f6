"""Starts the program as a user would, and ends it by its own pid."""
import os
import pathlib
import queue
import re
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "slipway"
START_LIMIT_S = 60
STOP_LIMIT_S = 20


class Server:
    """One `slipway serve` on a free port of the loopback. `url` is its address, `log` what it wrote so far.

    with Server(["build/models"]) as server:
        requests.get(server.url + "/v2/health/ready")
    """

    def __init__(self, arguments: list, environment: dict | None = None):
        self.log: list[str] = []
        self._lines: queue.Queue = queue.Queue()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", *map(str, arguments), "--http-port", "0", "--metrics-port", "none"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | (environment or {}),
        )
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.url = self._wait_for_address()
        except Exception:
            self.stop()
            raise
        self.address = self.url.removeprefix("http://")

    def _read(self) -> None:
        for line in self.process.stdout:
            self.log.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _wait_for_address(self) -> str:
        end = time.monotonic() + START_LIMIT_S
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                raise RuntimeError(f"the server ended with {self.process.wait()}:\n{''.join(self.log)}")
            if found := re.search(r"listening on (http://[^\s\"]+)", line):
                return found[1]
        raise RuntimeError(f"no address within {START_LIMIT_S} s:\n{''.join(self.log)}")

    def stop(self) -> int:
        """Asks it to end, and gives its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def run_serve(arguments: list) -> subprocess.CompletedProcess:
    """For command lines that must end by themselves."""
    return subprocess.run(
        [PROGRAM, "serve", *map(str, arguments), "--http-port", "0", "--metrics-port", "none"],
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
    )
