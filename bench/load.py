"""What one request is, and what sends it: wrk over HTTP, h2load over gRPC."""
import json
import re
import subprocess
import tempfile
import urllib.request

import numpy

METHOD = "/inference.GRPCInferenceService/ModelInfer"


class Failed(Exception):
    """Why a server cannot be measured, in one line."""


def tensors_of(model):
    """The inputs of one request, of one row."""
    rng = numpy.random.default_rng(1)
    if model == "mlp":
        return [("x", "FP32", rng.standard_normal((1, 64)).astype(numpy.float32))]
    ids = rng.integers(1000, 20000, (1, 32)).astype(numpy.int64)
    return [("input_ids", "INT64", ids), ("attention_mask", "INT64", numpy.ones_like(ids)),
            ("token_type_ids", "INT64", numpy.zeros_like(ids))]


class Http:
    """A V2 request over HTTP: as JSON, or with binary tensors. The peers with no V2 of their own take its JSON too."""

    def __init__(self, url, model, folder, binary=False):
        self.url = url
        tensors = tensors_of(model)
        inputs = [{"name": n, "datatype": t, "shape": list(v.shape)} for n, t, v in tensors]
        for part, (_, _, values) in zip(inputs, tensors):
            part.update({"parameters": {"binary_data_size": values.nbytes}} if binary else {"data": values.ravel().tolist()})
        head = json.dumps({"inputs": inputs, **({"parameters": {"binary_data_output": True}} if binary else {})}).encode()
        self.body = head + b"".join(v.tobytes() for _, _, v in tensors) if binary else head
        self.headers = {"Content-Type": "application/json"} if not binary else {
            "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
        self.script = folder / f"{'binary' if binary else 'json'}.lua"
        data = self.script.with_suffix(".body")
        data.write_bytes(self.body)
        self.script.write_text("\n".join(
            ['wrk.method = "POST"', f'local f = io.open("{data}", "rb"); wrk.body = f:read("*a"); f:close()',
             *(f'wrk.headers["{k}"] = "{v}"' for k, v in self.headers.items()),
             # what wrk itself prints ends at 99 %
             'function done(summary, latency, requests) io.write(string.format("p999us %d\\n", latency:percentile(99.9))) end',
             ]) + "\n")

    def answer(self):
        """The numbers of the first output."""
        with urllib.request.urlopen(urllib.request.Request(self.url, self.body, self.headers), timeout=30) as response:
            body, head = response.read(), response.headers["Inference-Header-Content-Length"]
        if head is not None:
            size = json.loads(body[:int(head)])["outputs"][0]["parameters"]["binary_data_size"]
            return numpy.frombuffer(body[int(head):int(head) + size], numpy.float32)
        return numpy.array(json.loads(body)["outputs"][0]["data"], numpy.float32).ravel()

    def run(self, clients, seconds):
        done = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "--latency",
                               "-s", self.script, self.url], capture_output=True, text=True, timeout=seconds + 60)
        out = done.stdout
        if done.returncode or re.search(r"Non-2xx|Socket errors", out):
            raise Failed("errors under load: " + (re.search(r"Non-2xx.*|Socket errors.*", out) or [done.stderr.strip()])[0])
        scale = {"us": 1e-3, "ms": 1, "s": 1e3}
        latency = {p: float(v) * scale[u] for p, v, u in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)", out)}
        return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
                "count": int(re.search(r"(\d+) requests in", out)[1]), "p50": latency["50"], "p99": latency["99"],
                "p999": int(re.search(r"p999us (\d+)", out)[1]) / 1e3}


class Grpc:
    """A ModelInferRequest as one message of a gRPC stream; one call at a time on each connection."""

    def __init__(self, port, model, folder):
        from tritonclient.grpc import service_pb2
        request = service_pb2.ModelInferRequest(model_name=model)
        for name, datatype, values in tensors_of(model):
            request.inputs.add(name=name, datatype=datatype, shape=values.shape)
            request.raw_input_contents.append(values.tobytes())
        self.message, self.parse = request.SerializeToString(), service_pb2.ModelInferResponse.FromString
        self.address = f"127.0.0.1:{port}"
        self.path = folder / "grpc.body"
        self.path.write_bytes(b"\0" + len(self.message).to_bytes(4, "big") + self.message)

    def answer(self):
        import grpc
        with grpc.insecure_channel(self.address) as channel:
            call = channel.unary_unary(METHOD, request_serializer=None, response_deserializer=None)
            raw = call(self.message, timeout=30, wait_for_ready=True)
        self.answer_size = len(raw) + 5  # with the five bytes before each message
        return numpy.frombuffer(self.parse(raw).raw_output_contents[0], numpy.float32)

    def run(self, clients, seconds):
        with tempfile.NamedTemporaryFile("r") as log:  # a line a call: when, HTTP status, microseconds
            out = subprocess.run(["h2load", "-t1", f"-c{clients}", "-m1", f"-D{seconds}", "-d", self.path,
                                  f"--log-file={log.name}", "-H", "content-type: application/grpc", "-H", "te: trailers",
                                  f"http://{self.address}{METHOD}"],
                                 capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
            calls = [line.split("\t") for line in log]
        done = re.search(r"requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored", out)
        if not done or int(done[1]) == 0 or done[2] != "0" or done[3] != "0" or any(call[1] != "200" for call in calls):
            raise Failed("errors under load: " + (done[0] if done else out.strip()[-200:]))
        # A gRPC error is a 200 too, its status in trailers that h2load does not show; but it carries no message.
        data = int(re.search(r"traffic: .* \((\d+)\) data", out)[1])
        if data < 0.999 * self.answer_size * int(done[1]):
            raise Failed(f"errors under load: {data} bytes of answers in {done[1]} calls of {self.answer_size}")
        times_ms = sorted(int(call[2]) / 1e3 for call in calls)
        return {"rate": float(re.search(r"([\d.]+) req/s", out)[1]), "count": int(done[1]),
                "p50": times_ms[len(times_ms) // 2], "p99": times_ms[len(times_ms) * 99 // 100],
                "p999": times_ms[len(times_ms) * 999 // 1000]}
