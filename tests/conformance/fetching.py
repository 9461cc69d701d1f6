"""What the tests of `slipway fetch` share: fetching, a server with a model's file, archives of a model."""
import ctypes
import gzip
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile
import zipfile

import pytest

from file_server import FileServer
from program import run

LIMIT_S = 30
DATA = os.urandom(3_000_000)
SHA256 = hashlib.sha256(DATA).hexdigest()
CONTENTS = {"digits/1/model.onnx": DATA[:1_000_000], "digits/model.yaml": b"description: digits\n"}
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SSL_CERT"))}


def fetch(*arguments, env: dict | None = None, **options) -> subprocess.CompletedProcess:
    return run("fetch", *arguments, env=CLEAN | (env or {}), **options)


def fetched(*arguments, **options) -> subprocess.CompletedProcess:
    done = fetch(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return done


def failed(*arguments, code: int = 1, **options) -> str:
    done = fetch(*arguments, **options)
    assert (done.returncode, done.stdout) == (code, ""), (done.stdout, done.stderr)
    return done.stderr


def tree(folder: pathlib.Path) -> dict[str, bytes]:
    """Every file in it, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def server():
    with FileServer({"/m/model.onnx": DATA}) as running:
        yield running


@pytest.fixture
def to(tmp_path):
    return tmp_path / "to"


def tar_of(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_compressBound.restype = library.ZSTD_compress.restype = ctypes.c_size_t
    library.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
    library.ZSTD_compress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    room = ctypes.create_string_buffer(library.ZSTD_compressBound(len(data)))
    size = library.ZSTD_compress(room, len(room), data, len(data), 1)
    return room.raw[:size]


def zip_of(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return out.getvalue()


ARCHIVES = {
    "digits.tar": tar_of(CONTENTS),
    "digits.tar.gz": gzip.compress(tar_of(CONTENTS), 1),
    "digits.tgz": gzip.compress(tar_of(CONTENTS), 1),
    "digits.tar.zst": zstd(tar_of(CONTENTS)),
    "digits.zip": zip_of(CONTENTS),
}
