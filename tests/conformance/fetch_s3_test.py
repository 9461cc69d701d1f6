"""`slipway fetch s3://…` from a server that checks signatures with AWS's own code."""
import gzip
import hashlib
import subprocess

import pytest
from botocore.credentials import Credentials

from fetching import ARCHIVES, CONTENTS, DATA, SHA256, failed, fetched, to, tree
from file_server import answer, break_after
from s3_server import REGION, S3Server

OBJECTS = {
    "models/digits/": b"",
    "models/digits/1/model.onnx": DATA,
    "models/digits/1/größe a+b&c=d.txt": b"odd",
    "models/digits/model.yaml": b"description: digits\n",
    "models/digits.tar.gz": ARCHIVES["digits.tar.gz"],
    "models/dig": b"not below it",
}
BELOW = {key.removeprefix("models/digits/"): data for key, data in OBJECTS.items() if key.startswith("models/digits/")}
BELOW.pop("")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AWS_REGION": REGION}


def keys(token: str | None = None) -> Credentials:
    return Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], token)


@pytest.fixture
def store():
    with S3Server("shop", dict(OBJECTS), keys(), page=2) as server:
        yield server


def test_an_object_is_fetched_with_a_signature(store, to):
    store.scripts["/shop/models/digits/1/model.onnx"] = [break_after(DATA, 1_000_000)]
    address = "s3://shop/models/digits/1/model.onnx"
    fetched(address, "--to", to, "--endpoint", store.endpoint, "--sha256", SHA256, env=KEYS)
    assert store.ranges() == [None, "bytes=1000000-"]
    fetched("s3://shop/models/digits/1/größe a+b&c=d.txt", "--to", to, env=KEYS | {"AWS_ENDPOINT_URL": store.endpoint})
    assert tree(to) == {"model.onnx": DATA, "größe a+b&c=d.txt": b"odd"}
    fetched("s3://shop/models/digits.tar.gz", "--to", to / "unpacked", "--endpoint", store.endpoint, env=KEYS)
    assert tree(to / "unpacked").items() >= CONTENTS.items()


def test_all_below_a_prefix_is_fetched_page_by_page(store, to):
    sums = [f"{name}:{hashlib.sha256(data).hexdigest()}" for name, data in BELOW.items()]
    arguments = ["s3://shop/models/digits/", "--to", to, "--endpoint", store.endpoint]
    arguments += [word for text in sums for word in ("--sha256", text)]
    done = fetched(*arguments, env=KEYS)
    assert tree(to) == BELOW
    assert sum("list-type" in path for path, _ in store.asked) == 2
    assert done.stdout.count(" MB\n") == len(BELOW)
    # once more, and one of them has changed here
    (to / "model.yaml").write_text("changed")
    store.asked.clear()
    assert fetched(*arguments, env=KEYS).stdout.count("is there already") == len(BELOW) - 1
    assert [path for path, _ in store.asked if "list-type" not in path] == ["/shop/models/digits/model.yaml"]
    assert tree(to) == BELOW


def test_a_session_has_a_token(to):
    with S3Server("shop", dict(OBJECTS), keys("token+of/session=")) as store:
        arguments = ["s3://shop/models/digits/", "--to", to, "--endpoint", store.endpoint]
        assert "SignatureDoesNotMatch" in failed(*arguments, env=KEYS)
        fetched(*arguments, env=KEYS | {"AWS_SESSION_TOKEN": "token+of/session="})
    assert tree(to) == BELOW


def test_without_keys_nothing_is_signed(store, to):
    arguments = ["s3://shop/models/digits/", "--to", to, "--endpoint"]
    assert "AccessDenied: as said" in failed(*arguments, store.endpoint)
    with S3Server("shop", dict(OBJECTS)) as open_to_all:
        fetched(*arguments, open_to_all.endpoint)
        assert not any("authorization" in headers for _, headers in open_to_all.asked)
    assert tree(to) == BELOW


def test_wrong_keys_are_said_and_not_tried_again(store, to):
    env = KEYS | {"AWS_SECRET_ACCESS_KEY": "wrong"}
    assert "403 Forbidden: SignatureDoesNotMatch: as said" in failed(
        "s3://shop/models/digits.tar.gz", "--to", to, "--endpoint", store.endpoint, env=env
    )
    assert len(store.asked) == 1
    arguments = ["s3://shop/x", "--to", to, "--endpoint", store.endpoint]
    assert "go together" in failed(*arguments, code=2, env={"AWS_ACCESS_KEY_ID": "x"})


@pytest.mark.parametrize(
    "address, says",
    [
        ("s3://shop/none", "404 Not Found: NoSuchKey"),
        ("s3://other/models/", "404 Not Found: NoSuchBucket"),
        ("s3://shop/models/none/", "no objects below it"),
    ],
)
def test_what_is_not_there_is_said(store, to, address, says):
    assert says in failed(address, "--to", to, "--endpoint", store.endpoint, env=KEYS)


def test_a_checksum_of_no_object_is_an_error(store, to):
    said = failed("s3://shop/models/digits/", "--to", to, "--endpoint", store.endpoint, "--sha256", "x:" + "0" * 64, env=KEYS)
    assert "--sha256 x: no such object" in said


def test_another_region_is_said(store, to):
    store.scripts["/shop/a"] = [answer(301, x_amz_bucket_region="us-west-2")]
    assert "the bucket lies in us-west-2" in failed("s3://shop/a", "--to", to, "--endpoint", store.endpoint, env=KEYS)


def test_one_object_that_fails_leaves_the_folder_as_it_was(store, to):
    to.mkdir()
    (to / "model.yaml").write_text("before")
    store.scripts["/shop/models/digits/model.yaml"] = [answer(500)] * 2
    failed("s3://shop/models/digits/", "--to", to, "--endpoint", store.endpoint, "--retries", 1, env=KEYS)
    assert tree(to) == {"model.yaml": b"before"}


def test_a_server_that_is_asked_to_slow_down(store, to):
    store.scripts["/shop/models/digits/model.yaml"] = [answer(503)]
    fetched("s3://shop/models/digits/", "--to", to, "--endpoint", store.endpoint, env=KEYS)
    store.scripts["/shop/"] = [answer(503)]
    fetched("s3://shop/models/digits/", "--to", to, "--endpoint", store.endpoint, env=KEYS)
    assert tree(to) == BELOW


def test_names_that_lead_out_are_refused(to):
    for name in ("m/../out", "m//../../out", "m/a/../../out"):
        with S3Server("shop", {name: b"x", "m/good": b"x"}) as store:
            said = failed("s3://shop/m/", "--to", to, "--endpoint", store.endpoint)
        assert "leads out of its folder" in said
        assert list(to.iterdir()) == []
