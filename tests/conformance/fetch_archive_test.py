"""`slipway fetch` of archives: what is in them lands beside what is there, and what is hostile or damaged leaves nothing."""
import gzip
import hashlib
import io
import subprocess
import tarfile
import zipfile

import pytest

from fetching import ARCHIVES, CONTENTS, DATA, LIMIT_S, failed, fetched, server, tar_of, to, tree, zip_of
from http_call import call
from program import Server


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_unpacked(server, to, name):
    server.files["/" + name] = ARCHIVES[name]
    sha256 = hashlib.sha256(ARCHIVES[name]).hexdigest()
    fetched(server.url("/" + name), "--to", to, "--sha256", sha256)
    found = tree(to)
    record = found.pop(f".{name}.fetched").decode()
    assert found == CONTENTS
    check = subprocess.run(["sha256sum", "--check"], input=record, cwd=to, capture_output=True, text=True, timeout=LIMIT_S)
    assert check.returncode == 0 and check.stdout.count(": OK") == 2
    # all of it is there, and then some of it is not
    assert "is there already" in fetched(server.url("/" + name), "--to", to, "--sha256", sha256).stdout
    (to / "digits" / "model.yaml").write_text("changed")
    fetched(server.url("/" + name), "--to", to, "--sha256", sha256)
    assert len(server.asked) == 2 and tree(to).items() >= CONTENTS.items()


def test_a_version_is_added_to_those_that_are_there(server, to):
    (to / "digits" / "7").mkdir(parents=True)
    (to / "digits" / "7" / "model.onnx").write_text("seven")
    server.files["/digits.tgz"] = ARCHIVES["digits.tgz"]
    fetched(server.url("/digits.tgz"), "--to", to)
    assert tree(to).items() >= (CONTENTS | {"digits/7/model.onnx": b"seven"}).items()


def test_what_an_archive_has_no_more_goes_with_it(server, to):
    (to / "digits" / "7").mkdir(parents=True)
    (to / "digits" / "7" / "model.onnx").write_text("somebody's")
    server.files["/digits.tar"] = tar_of({"digits/1/model.onnx": b"1", "digits/2/model.onnx": b"2", "digits/2/more": b"2"})
    fetched(server.url("/digits.tar"), "--to", to)
    server.files["/digits.tar"] = tar_of({"digits/2/model.onnx": b"two"})
    fetched(server.url("/digits.tar"), "--to", to)
    found = tree(to)
    assert hashlib.sha256(b"two").hexdigest() in found.pop(".digits.tar.fetched").decode()
    assert found == {"digits/2/model.onnx": b"two", "digits/7/model.onnx": b"somebody's"}
    assert sorted(path.name for path in (to / "digits").iterdir()) == ["2", "7"]


def test_two_archives_of_one_command_may_share_a_version(server, to):
    server.files["/a.tar"], server.files["/b.tar"] = tar_of({"m/1/model.onnx": b"a"}), tar_of({"m/1/weights": b"b"})
    sums = [f"{name}:{hashlib.sha256(server.files['/' + name]).hexdigest()}" for name in ("a.tar", "b.tar")]
    arguments = [server.url("/a.tar"), server.url("/b.tar"), "--to", to, "--sha256", sums[0]]
    fetched(*arguments)
    fetched(*arguments)  # of which a is there already
    assert tree(to / "m") == {"1/model.onnx": b"a", "1/weights": b"b"}


def test_letters_beyond_ascii_need_no_locale(server, to):
    for name, data in {"ü.tar": tar_of({"größe/ü": b"x"}), "ü.zip": zip_of({"größe/ü": b"x"})}.items():
        server.files["/%C3%BC" + name[1:]] = data
        fetched(server.url("/%C3%BC" + name[1:]), "--to", to / name, env={"LC_ALL": "C"})
        assert (to / name / "größe" / "ü").read_bytes() == b"x"


def bomb() -> bytes:
    """10 GB of zeros in 10 MB."""
    entry = tarfile.TarInfo("model.onnx")
    entry.size = 10 * 2**30
    piece = gzip.compress(bytes(2**24))
    return gzip.compress(entry.tobuf()) + piece * (entry.size // 2**24) + gzip.compress(bytes(1024))


def zip_link(target: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, target)
    return out.getvalue()


def test_hostile_and_damaged_archives_leave_nothing(server, to):
    whole = ARCHIVES["digits.tar.gz"]
    broken = bytearray(ARCHIVES["digits.zip"])
    broken[2000] ^= 0xFF
    for name, data, says in [
        ("out.tar", tar_of({"good": b"x", "../out": b"x"}), "leads out of its folder"),
        ("out.zip", zip_of({"good": b"x", "../out": b"x"}), "leads out of its folder"),
        ("absolute.zip", zip_of({"/tmp/slipway-out": b"x"}), "leads out of its folder"),
        ("link.zip", zip_link("../.."), "may lie outside"),
        ("bomb.tar.gz", bomb(), "more than 1073741824 bytes"),
        ("half.tar.gz", whole[: len(whole) // 2], "damaged or ends early"),
        ("broken.zip", bytes(broken), "damaged or ends early"),
        ("zeros.tar", bytes(10240), "has no files"),
        ("none.zip", DATA, "none.zip: "),
        ("none.tgz", b"<html>please sign in</html>" * 100, "none.tgz: "),
    ]:
        server.files["/" + name] = data
        assert says in failed(server.url("/" + name), "--to", to), name
        assert list(to.iterdir()) == [], name
        assert not (to.parent / "out").exists()


def test_what_was_fetched_is_served(server, to, made_models):
    model = (made_models / "identity_fp32.onnx").read_bytes()
    server.files["/shop.tgz"] = gzip.compress(tar_of({"shop/1/model.onnx": model}))
    fetched(server.url("/shop.tgz"), "--to", to)
    with Server([to, "--backend", "onnxruntime"]) as running:
        index = call(running.url + "/v2/repository/index", b"{}").json
        assert [(model["name"], model["state"]) for model in index] == [("shop", "READY")]
