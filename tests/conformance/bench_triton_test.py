"""`slipway bench` on a real Triton, where `make bench` has installed one; else skipped."""
import hashlib
import json
import pathlib
import subprocess
import sys
import urllib.request

import pytest

from program import ROOT, run

sys.path.append(str(ROOT / "bench"))

STAMP = ROOT / ".deps/peers/triton/made-from"
REQUIREMENTS = ROOT / "requirements-bench-triton.txt"
SHORT = ["--warm-up", "0.1", "--window", "0.2", "--max-windows", "3", "--json"]


@pytest.fixture(scope="module")
def triton(tmp_path_factory) -> dict:
    """The addresses of a Triton with the MLP of the benchmarks."""
    if not STAMP.exists() or STAMP.read_text() != hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest():
        pytest.skip("Triton is not installed; make bench does that")
    servers = pytest.importorskip("servers", reason="the packages of make bench are not installed")
    folder = tmp_path_factory.mktemp("triton")
    model = folder / "mlp.onnx"
    subprocess.run([sys.executable, ROOT / "bench/make_mlp.py", model], check=True)
    repository = folder / "models"
    repository.mkdir()
    at_end = []
    try:
        try:
            server, _ = servers.triton("mlp", model, repository, at_end.append)
        except servers.Failed as failed:
            pytest.skip(f"Triton cannot be started here: {failed}")
        arguments = list(map(str, server.process.args))
        port, grpc_port = (arguments[arguments.index(name) + 1] for name in ("--http-port", "--grpc-port"))
        yield {"http": f"http://127.0.0.1:{port}", "grpc": f"grpc://127.0.0.1:{grpc_port}"}
    finally:
        for end in reversed(at_end):
            end()


@pytest.mark.parametrize(
    "protocol, options",
    [("http", []), ("http-json", []), ("grpc", []), ("http", ["--shared-memory"]), ("grpc", ["--shared-memory"])],
)
def test_a_triton_is_loaded(triton, protocol, options):
    address = triton["grpc" if protocol == "grpc" else "http"]
    done = run("bench", address, "--protocol", protocol, *options, "-c", "1,2", *SHORT)
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    document = json.loads(done.stdout)
    assert (document["model"], document["shared_memory"]) == ("mlp", bool(options))
    assert document["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [1, 64]}]
    assert all(point["errors"] == 0 and point["count"] > 0 for point in document["points"])
    with urllib.request.urlopen(f"{triton['http']}/v2/systemsharedmemory/status", timeout=10) as answer:
        assert json.load(answer) == []
    assert list(pathlib.Path("/dev/shm").glob("slipway-bench-*")) == []
