"""Magika behind the friendly door gives the labels of the magika package itself."""
import pathlib

import pytest
from magika import Magika

from http_call import call
from program import PROGRAM, ROOT

PACKAGES = pathlib.Path(pytest.__file__).parents[1]
# Real files of ten kinds; all longer than the 8 bytes below which the package does not ask the model.
FILES = [
    PROGRAM,
    ROOT / "CMakeLists.txt",
    ROOT / "Makefile",
    ROOT / "scripts" / "setup",
    ROOT / "include" / "slipway" / "backend.h",
    ROOT / "src" / "core" / "tensor.cpp",
    ROOT / "build" / "models" / "minilm" / "1" / "model.onnx",
    PACKAGES / "magika" / "magika.py",
    PACKAGES / "magika" / "config" / "content_types_kb.min.json",
    PACKAGES / "fastapi_swagger" / "resources" / "favicon-32x32.png",
    PACKAGES / "fastapi_swagger" / "resources" / "swagger-ui.css",
    PACKAGES / "fastapi_swagger" / "resources" / "swagger-ui-bundle.js",
]


@pytest.fixture(scope="module")
def magika():
    return Magika()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_label_is_that_of_the_package(server, magika, file):
    content = file.read_bytes()
    expected = magika.identify_bytes(content).prediction
    answer = call(server.url + "/services/magika", content, headers={"Content-Type": "application/octet-stream"})
    assert answer.status == 200, answer.body
    best = answer.json["labels"][0]
    assert best["label"] == str(expected.dl.label)
    assert best["score"] == pytest.approx(expected.score, abs=1e-5)


def test_a_form_type_as_curl_sends_it_is_bytes_too(server):
    answer = call(
        server.url + "/services/magika",
        b"import os\n\n\ndef main():\n    print(os.getcwd())\n" * 5,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.json["labels"][0]["label"] == "python"


def test_the_kinds_are_really_different(magika):
    labels = {str(magika.identify_bytes(file.read_bytes()).prediction.dl.label) for file in FILES}
    assert len(labels) >= 8
