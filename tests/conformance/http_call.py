"""Plain HTTP, for what no client library would send."""
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message

LIMIT_S = 60


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The sentence of an error answer, which has nothing beside it."""
        document = self.json
        assert list(document) == ["error"], document
        return document["error"]


def call(url: str, body=None, method: str | None = None, headers: dict | None = None) -> Answer:
    """Bytes are sent as they are, anything else as JSON."""
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())
