"""A repository laid out and configured for Triton is served as it is."""
import json

import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http as triton
from google.protobuf import json_format
from onnx import TensorProto, helper
from tritonclient.grpc import model_config_pb2
from tritonclient.utils import InferenceServerException

import tiny_models
from http_call import call
from program import Server, run_serve

LABELS = ["cat", "dog", "emu", "fox"]


def save_square(path, batch="batch"):
    """x [batch, 2, 2] -> y = 2x [batch, 2, 2], and z = x."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = [batch, 2, 2]
    tensor = helper.make_tensor_value_info
    two = helper.make_node("Constant", [], ["two"], value=helper.make_tensor("t", TensorProto.FLOAT, [], [2.0]))
    tiny_models.save(
        path,
        [two, helper.make_node("Mul", ["x", "two"], ["y"]), helper.make_node("Identity", ["x"], ["z"])],
        [tensor("x", TensorProto.FLOAT, shape)],
        [tensor("y", TensorProto.FLOAT, shape), tensor("z", TensorProto.FLOAT, shape)],
    )


def configured(folder, name, text, versions=("1",), filename="model.onnx", batch="batch"):
    for version in versions:
        save_square(folder / name / version / filename, batch)
    (folder / name / "config.pbtxt").write_text(text)


REPOSITORY = {
    "plain": 'name: "plain"\nplatform: "onnxruntime_onnx"\n',
    "whole": """
name: "whole"
backend: "onnxruntime"
max_batch_size: 8
input [ { name: "x" data_type: TYPE_FP32 format: FORMAT_NONE dims: [ 2, 2 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 2, 2 ] } ]
instance_group [ { count: 2 kind: KIND_CPU } ]
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
parameters { key: "intra_op_thread_count" value: { string_value: "1" } }
optimization { graph { level: 1 } }
model_warmup [ { name: "zero" batch_size: 2 count: 3
                 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 2, 2 ] zero_data: true } } },
               { name: "random" batch_size: 1
                 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 2, 2 ] random_data: true } } } ]
""",
    "flat": """
max_batch_size: 4
input [ { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 2 ] } } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 2 ] } label_filename: "labels.txt" } ]
""",
    "unbatched": """
max_batch_size: 0
input [ { name: "x" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ -1, 2, 2 ] } ]
output [ { name: "z" data_type: TYPE_FP32 dims: [ -1, 2, 2 ] } ]
""",
    "vino": """
backend: "openvino"
max_batch_size: 2
optimization { execution_accelerators { cpu_execution_accelerator : [ { name : "openvino" } ] } }
metric_tags { key: "team" value: "birds" }
""",
    "warm_unbatched": """
max_batch_size: 0
input [ { name: "x" data_type: TYPE_FP32 dims: [ -1, 2, 2 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ -1, 2, 2 ] } ]
model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 1, 2, 2 ] zero_data: true } } }
""",
    "warm_skipped": """
max_batch_size: 8
model_warmup { name: "w" inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 2, 2 ] zero_data: true } } }
""",
    "warm_file": """
max_batch_size: 8
model_warmup { name: "w" batch_size: 4
               inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 2, 2 ] input_data_file: "sample" } } }
""",
    "warm_flat": """
max_batch_size: 8
input [ { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 2 ] } } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 2, 2 ] } ]
model_warmup { name: "w" batch_size: 2 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] random_data: true } } }
""",
    "terse": """
max_batch_size: 8
input [ { name: "x" data_type: TYPE_FP32 dims: [ 2, 2 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 2, 2 ] } ]
instance_group [ { kind: KIND_CPU } ]
dynamic_batching { }
""",
    "overruled": """
max_batch_size: 8
instance_group [ { count: 3 } ]
dynamic_batching { max_queue_delay_microseconds: 5 preferred_batch_size: [ 4 ] }
parameters { key: "intra_op_thread_count" value: { string_value: "2" } }
""",
    "latest": "version_policy: { latest { num_versions: 2 }}",
    "chosen": "version_policy: { specific { versions: [1, 3] }}\ndefault_model_filename: \"net.onnx\"",
}
YAML = {"overruled": "instances: 1\nthreads: 1\nmax_delay_us: 70\nresponse_cache: true\n"}
REFUSED = {
    "ragged": ('input [ { name: "x" dims: [ 2, 2 ]\nallow_ragged_batch: true } ]', ":2: input.allow_ragged_batch"),
    "ensemble": ('platform: "ensemble"\nensemble_scheduling { step [ { model_name: "a" } ] }', ":2: ensemble_scheduling"),
    "tensorrt": ('\nplatform: "tensorrt_plan"', ":2: \"tensorrt_plan\" has no runtime here"),
    "unknown_backend": ('\nbackend: "dali"', 'no backend "dali"; there are: onnxruntime'),
    "misspelt": ("max_batchsize: 3", ":1: "),
    "other_type": ('input [ { name: "x" data_type: TYPE_INT32 dims: [ -1, 2, 2 ] } ]', "says INT32, the model FP32"),
    "other_shape": ('max_batch_size: 2 input [ { name: "x" dims: [ 3, 2 ] } ]', "says [-1,3,2] with the batch"),
    "other_name": ('name: "another"', "that of the folder"),
    "warm": ('max_batch_size: 2 model_warmup [ { name: "w" batch_size: 1 inputs { key: "q" value '
             '{ data_type: TYPE_FP32 dims: [ 2, 2 ] zero_data: true } } } ]', 'model_warmup "w": input "x" is missing'),
    "no_labels": ('output [ { name: "y" label_filename: "none.txt" } ]', "none.txt"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository")
    for name, text in REPOSITORY.items():
        versions = ("1", "2", "3") if name in ("latest", "chosen") else ("1",)
        configured(folder, name, text, versions, "net.onnx" if name == "chosen" else "model.onnx")
    (folder / "flat/labels.txt").write_text("\n".join(LABELS))
    (folder / "warm_file/warmup").mkdir()
    (folder / "warm_file/warmup/sample").write_bytes(np.ones(4, np.float32).tobytes())
    for name, text in YAML.items():
        (folder / name / "model.yaml").write_text(text)
    for name, (text, _) in REFUSED.items():
        configured(folder, name, text)
    with Server([folder]) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    with triton.InferenceServerClient(server.address, network_timeout=60.0) as connected:
        yield connected


def double(client, name, shape, output="y"):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    tensor = triton.InferInput("x", list(shape), "FP32")
    tensor.set_data_from_numpy(x)
    result = client.infer(name, [tensor])
    assert [answered["name"] for answered in result.get_response()["outputs"]] == [output]
    return x, result.as_numpy(output)


def test_what_is_configured_is_served_as_configured(client):
    config = client.get_model_config("whole")
    assert config["max_batch_size"] == 8
    assert config["instance_group"][0]["count"] == 2
    assert config["dynamic_batching"]["preferred_batch_size"] == [4, 8]
    assert config["dynamic_batching"]["max_queue_delay_microseconds"] == 100
    assert config["parameters"] == {"intra_op_thread_count": {"string_value": "1"}}
    assert [warm_up["name"] for warm_up in config["model_warmup"]] == ["zero", "random"]
    assert [(tensor["name"], tensor["dims"]) for tensor in config["output"]] == [("y", [2, 2])]
    x, y = double(client, "whole", (3, 2, 2))
    np.testing.assert_array_equal(y, 2 * x)


def test_tensors_are_reshaped_both_ways(client):
    (described,) = client.get_model_metadata("flat")["inputs"]
    assert described["shape"] == [-1, 4]
    x, y = double(client, "flat", (3, 4))
    np.testing.assert_array_equal(y, 2 * x)
    with pytest.raises(InferenceServerException, match=r"shape \[3,2,2\] given, \[-1,4\] expected"):
        double(client, "flat", (3, 2, 2))


def test_classes_have_the_labels_of_their_file(client):
    tensor = triton.InferInput("x", [1, 4], "FP32")
    tensor.set_data_from_numpy(np.array([[1, 4, 2, 3]], np.float32))
    result = client.infer("flat", [tensor], outputs=[triton.InferRequestedOutput("y", class_count=2)])
    assert result.as_numpy("y").tolist() == [[b"8.000000:1:dog", b"6.000000:3:fox"]]


def test_outputs_that_are_not_configured_are_not_given(client):
    x, z = double(client, "unbatched", (3, 2, 2), "z")
    np.testing.assert_array_equal(z, x)
    assert client.get_model_config("unbatched")["max_batch_size"] == 0


def test_clients_are_told_the_format_and_the_labels(server, client):
    (described,) = client.get_model_config("unbatched")["input"]
    assert (described["dims"], described["format"]) == ([-1, 2, 2], "FORMAT_NCHW")
    assert client.get_model_config("flat")["output"][0]["label_filename"] == "labels.txt"
    with tritonclient.grpc.InferenceServerClient(server.grpc_address) as over_grpc:
        (described,) = over_grpc.get_model_config("unbatched").config.input
        assert described.format == model_config_pb2.ModelInput.FORMAT_NCHW
    assert "input.format" not in "".join(server.log)


@pytest.mark.parametrize("name", REPOSITORY)
def test_every_model_is_ready(client, name):
    index = {entry["name"]: entry for entry in client.get_model_repository_index()}
    assert (index[name]["state"], index[name]["reason"]) == ("READY", "")


def test_a_warm_up_without_a_batch_size_is_skipped_with_a_warning(server):
    assert 'warm_skipped/config.pbtxt:3: model_warmup "w" is skipped: batch_size 0' in "".join(server.log)


def test_the_configuration_is_told_with_its_defaults(client):
    config = client.get_model_config("terse")
    assert config["dynamic_batching"] == {
        "preferred_batch_size": [],
        "max_queue_delay_microseconds": 0,
        "preserve_ordering": False,
        "priority_levels": 0,
        "default_priority_level": 0,
        "priority_queue_policy": {},
    }
    assert config["instance_group"] == [
        {
            "name": "terse_0",
            "kind": "KIND_CPU",
            "count": 1,
            "gpus": [],
            "secondary_devices": [],
            "profile": [],
            "passive": False,
            "host_policy": "",
        }
    ]
    assert config["input"] == [
        {
            "name": "x",
            "data_type": "TYPE_FP32",
            "format": "FORMAT_NONE",
            "dims": [2, 2],
            "is_shape_tensor": False,
            "allow_ragged_batch": False,
            "optional": False,
            "is_non_linear_format_io": False,
        }
    ]
    assert config["default_model_filename"] == "model.onnx"
    assert config["version_policy"] == {"all": {}}


def test_the_configuration_tells_what_is_in_effect(client):
    config = client.get_model_config("overruled")
    assert [group["count"] for group in config["instance_group"]] == [1]
    assert config["dynamic_batching"]["max_queue_delay_microseconds"] == 70
    assert config["dynamic_batching"]["preferred_batch_size"] == [4]
    assert config["response_cache"] == {"enable": True}
    assert config["parameters"] == {"intra_op_thread_count": {"string_value": "1"}}


@pytest.mark.parametrize("name", REPOSITORY)
def test_both_protocols_tell_the_same(server, client, name):
    with tritonclient.grpc.InferenceServerClient(server.grpc_address) as over_grpc:
        told = over_grpc.get_model_config(name).config
    assert json_format.ParseDict(client.get_model_config(name), model_config_pb2.ModelConfig()) == told


@pytest.mark.parametrize("name", REPOSITORY)
def test_what_is_told_can_be_given_back(client, name):
    config = client.get_model_config(name)
    versions = client.get_model_metadata(name)["versions"]
    client.load_model(name, config=json.dumps(config))
    assert client.get_model_config(name) == config
    assert client.get_model_metadata(name)["versions"] == versions


def test_a_row_too_many_is_refused(client):
    with pytest.raises(InferenceServerException, match="9 rows given, max_batch_size is 8"):
        double(client, "whole", (9, 2, 2))


def test_the_backend_is_the_configured_one(client):
    assert client.get_model_config("vino")["backend"] == "openvino"
    assert client.get_model_config("plain")["backend"] == "onnxruntime"


def test_versions_are_those_of_the_policy(client):
    assert client.get_model_metadata("latest")["versions"] == ["2", "3"]
    assert client.get_model_metadata("chosen")["versions"] == ["1", "3"]
    assert client.get_model_metadata("chosen")["versions"] == ["1", "3"]


def test_what_has_no_effect_is_told_with_its_line(server):
    log = "".join(server.log)
    assert "vino/config.pbtxt:5: metric_tags has no effect" in log


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_change_answers_or_is_wrong_breaks_its_model_alone(server, client, name):
    index = {entry["name"]: entry for entry in client.get_model_repository_index()}
    assert index[name]["state"] == "UNAVAILABLE"
    assert REFUSED[name][1] in index[name]["reason"]
    assert index["plain"]["state"] == "READY"


def test_a_broken_model_alone_ends_with_one_sentence(tmp_path):
    configured(tmp_path, "ragged", REFUSED["ragged"][0])
    done = run_serve([tmp_path / "ragged"])
    assert done.returncode == 2
    (sentence,) = done.stderr.strip().splitlines()
    assert "config.pbtxt:2: input.allow_ragged_batch would change answers" in sentence
