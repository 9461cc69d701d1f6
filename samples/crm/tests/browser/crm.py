"""The CRM with its page as a process, and a client of its API for what a test needs to be there."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))  # under any of pytest's ways to import, and without pytest

import crm_program  # noqa: E402
from crm_program import PASSWORD, ROOT, wait_until  # noqa: E402, F401


class Crm(crm_program.Crm):
    """The program on a free port with a database of its own, ended when the block ends."""

    def __init__(self, folder: pathlib.Path, speech: str | None = None) -> None:
        arguments = ["--web", ROOT / "samples" / "crm" / "web", *(["--speech", speech] if speech else [])]
        super().__init__(f"sqlite:{folder / 'crm.db'}", folder, *arguments)


class Client:
    """Somebody who is logged in. `cookie` is what a browser would hold."""

    def __init__(self, crm: Crm, user: str = "admin") -> None:
        self.crm = crm
        self.user = user
        self._person = crm.person(user)
        self.cookie = self._person.cookies["crm_session"]

    def _send(self, method: str, path: str, **options):
        answer = self._person.request(method, f"/api/{path}", **options)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.headers.get("Content-Type") == "application/json" else answer.content

    def get(self, path: str):
        return self._send("GET", path)

    def post(self, path: str, **record):
        return self._send("POST", path, json=record)

    def put(self, path: str, record: dict):
        return self._send("PUT", path, json=record)

    def delete(self, path: str):
        return self._send("DELETE", path)

    def send_file(self, method: str, path: str, data: bytes, content_type: str):
        return self._send(method, path, data=data, headers={"Content-Type": content_type})


def user_of(admin: Client, role: str, name: str) -> Client:
    """A new user, logged in; the first name is what to log in with."""
    login = name.split()[0].lower()
    admin.post("users", user=login, name=name, role=role, password=PASSWORD)
    return Client(admin.crm, login)
