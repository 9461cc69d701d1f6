"""The first thing a new user types gives what the README says."""
import json
import re
import shlex
import subprocess

import pytest

from program import ROOT


def test_the_first_request_gets_the_answer_that_is_shown(server):
    shown = re.search(r"^\$ (curl .*)\n(\{.*\})$", (ROOT / "README.md").read_text(), re.MULTILINE)
    command = shown[1].replace("http://127.0.0.1:8000", server.url)
    got = json.loads(subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, timeout=60, check=True).stdout)
    expected = json.loads(shown[2])
    for label, expected_label in zip(got["labels"], expected["labels"], strict=True):
        assert label.pop("score") == pytest.approx(expected_label.pop("score"), rel=1e-3)
    assert got == expected
