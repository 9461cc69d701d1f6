"""Objects behind the parts of S3's protocol that reading them takes. Signatures are checked with AWS's own code (botocore)."""
import datetime
import urllib.parse
from unittest import mock
from xml.sax.saxutils import escape

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from file_server import FileServer, Handler

REGION = "eu-central-1"
CLOCK_LIMIT_S = 900


class S3Server(FileServer):
    """`objects` of one bucket, by key. Without `keys` everybody may read; `page` is how many a list has at once."""

    def __init__(self, bucket: str, objects: dict[str, bytes], keys: Credentials | None = None, page: int = 1000):
        super().__init__()
        self.RequestHandlerClass = S3Handler
        self.bucket, self.objects, self.keys, self.page = bucket, objects, keys, page

    @property
    def endpoint(self) -> str:
        return self.url("")


class S3Handler(Handler):
    server: S3Server

    def do_GET(self):
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.close_connection = True
        path, _, query = self.path.partition("?")
        script = self.server.scripts.get(path)
        if script:
            return script.pop(0)(self)
        if wrong := self.wrong_signature():
            return self.say(403, wrong)
        _, bucket, key = urllib.parse.unquote(path).split("/", 2)
        if bucket != self.server.bucket:
            return self.say(404, "NoSuchBucket")
        if not key:
            return self.list(dict(urllib.parse.parse_qsl(query, keep_blank_values=True)))
        if key not in self.server.objects:
            return self.say(404, "NoSuchKey")
        return self.give(self.server.objects[key])

    def wrong_signature(self) -> str | None:
        if self.server.keys is None:
            return None
        given = self.headers.get("Authorization")
        if given is None:
            return "AccessDenied"
        said = datetime.datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        if abs((now - said).total_seconds()) > CLOCK_LIMIT_S:
            return "RequestTimeTooSkewed"
        headers = {"X-Amz-Content-SHA256": self.headers["X-Amz-Content-SHA256"]}
        request = AWSRequest("GET", f"http://{self.headers['Host']}{self.path}", headers=headers)
        signer = botocore.auth.S3SigV4Auth(self.server.keys, "s3", REGION)
        with mock.patch("botocore.auth.get_current_datetime", return_value=said):
            signer.add_auth(request)
        right = request.headers["Authorization"]
        return None if right.replace(", ", ",") == given.replace(", ", ",") else "SignatureDoesNotMatch"

    def list(self, query: dict):
        assert query["list-type"] == "2"
        keys = sorted(key for key in self.server.objects if key.startswith(query["prefix"]))
        first = int(query.get("continuation-token", "at=0").removeprefix("at="))
        last = first + self.server.page
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.server.objects[key])}</Size></Contents>"
            for key in keys[first:last]
        )
        more = f"<NextContinuationToken>at={last}</NextContinuationToken>" if last < len(keys) else ""
        self.refuse(
            200,
            f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}{contents}"
            f"</ListBucketResult>".encode(),
        )

    def say(self, status: int, code: str, **headers: str):
        self.refuse(status, f"<Error><Code>{code}</Code><Message>as said</Message></Error>".encode(), **headers)
