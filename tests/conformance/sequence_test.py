"""Requests with one sequence_id are one sequence, whose state the server keeps: Silero's voice detector hears a
stream of sound through Triton's clients as it does when its state is handed on by hand."""
import json
import pathlib
import queue
import shutil
import sysconfig
from concurrent import futures

import numpy as np
import onnxruntime
import pytest
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException

import sequence_models
from http_call import call
from program import Server, fake_model, rows, run_serve

SILERO = pathlib.Path(sysconfig.get_path("purelib")) / "silero_vad/data/silero_vad.onnx"
RATE = 16000
CHUNK = 576  # 512 samples, and 64 of those before
ANSWER_LIMIT_S = 30


def chunks(seed: int, count: int = 12) -> list[np.ndarray]:
    """Noise that swells and fades: what the model says of a chunk depends on those before."""
    rng = np.random.default_rng(seed)
    swell = np.abs(np.sin(np.arange(count) + seed))
    return [(swell[i] * rng.standard_normal((1, CHUNK))).astype(np.float32) for i in range(count)]


def by_hand(sound: list[np.ndarray]) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(SILERO, options, providers=["CPUExecutionProvider"])
    state = np.zeros((2, 1, 128), np.float32)
    heard = []
    for chunk in sound:
        output, state = session.run(None, {"input": chunk, "state": state, "sr": np.array(RATE, np.int64)})
        heard.append(output)
    return heard


STRATEGIES = {"direct": "direct { }", "oldest": "oldest { max_candidate_sequences: 40 }"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sequences")
    place = folder / "silero/1"
    place.mkdir(parents=True)
    shutil.copy(SILERO, place / "model.onnx")
    (folder / "silero/model.yaml").write_text(
        "backend: onnxruntime\nsequence: {max_idle_ms: 60000, max_sequences: 3, states: [{input: state, output: stateN}]}\n"
    )
    for name, strategy in STRATEGIES.items():
        sequence_models.save_running_total(folder / name)
        (folder / name / "config.pbtxt").write_text(sequence_models.config(strategy))
    with Server([folder]) as running:
        yield running


@pytest.fixture(params=["http", "grpc"])
def client(server, request):
    kind = {"http": tritonclient.http, "grpc": tritonclient.grpc}[request.param]
    with kind.InferenceServerClient(server.address if request.param == "http" else server.grpc_address) as connected:
        connected.kind = kind
        yield connected


def tensors(kind, chunk):
    sound = kind.InferInput("input", list(chunk.shape), "FP32")
    sound.set_data_from_numpy(chunk)
    rate = kind.InferInput("sr", [], "INT64")
    rate.set_data_from_numpy(np.array(RATE, np.int64))
    return [sound, rate]


def add(client, model, x, sequence, **flags):
    tensor = client.kind.InferInput("x", [1, 1], "FP32")
    tensor.set_data_from_numpy(np.array([[x]], np.float32))
    result = client.infer(model, [tensor], sequence_id=sequence, **flags)
    return result.as_numpy("y").item(), result.as_numpy("id").item()


def test_clients_see_neither_states_nor_controls(client):
    described = client.get_model_metadata("silero")
    if not isinstance(described, dict):
        described = {"inputs": [{"name": t.name} for t in described.inputs], "outputs": [{"name": t.name} for t in described.outputs]}
    assert [tensor["name"] for tensor in described["inputs"]] == ["input", "sr"]
    assert [tensor["name"] for tensor in described["outputs"]] == ["output"]


def test_the_config_tells_of_the_sequences(client):
    config = client.get_model_config("silero", **({"as_json": True} if client.kind is tritonclient.grpc else {}))
    (state,) = config.get("config", config)["sequence_batching"]["state"]
    assert (state["input_name"], state["output_name"], state["data_type"]) == ("state", "stateN", "TYPE_FP32")
    assert [int(size) for size in state["dims"]] == [2, -1, 128]


def test_silero_hears_as_it_does_with_its_state_in_hand(client):
    sounds = {"a": chunks(1), "b": chunks(2)}
    heard = {name: [] for name in sounds}
    for i in range(len(sounds["a"])):
        for name, sound in sounds.items():
            result = client.infer(
                "silero",
                tensors(client.kind, sound[i]),
                sequence_id=name,
                sequence_start=i == 0,
                sequence_end=i == len(sound) - 1,
            )
            heard[name].append(result.as_numpy("output"))
    for name, sound in sounds.items():
        np.testing.assert_array_equal(np.concatenate(heard[name]), np.concatenate(by_hand(sound)))
    assert heard["a"][-1] != by_hand(sounds["a"][-1:])[0], "or the state made no difference and nothing was tested"


def test_a_stream_carries_many_sequences(server):
    sounds = {number: chunks(number) for number in (1, 2, 3)}
    answers: queue.Queue = queue.Queue()
    with tritonclient.grpc.InferenceServerClient(server.grpc_address) as client:
        client.start_stream(lambda result, error: answers.put((result, error)))
        for i in range(12):
            for number, sound in sounds.items():
                client.async_stream_infer(
                    "silero", tensors(tritonclient.grpc, sound[i]), request_id=f"{number}", sequence_id=number,
                    sequence_start=i == 0, sequence_end=i == 11,
                )
        heard = {number: [] for number in sounds}
        for _ in range(36):
            result, error = answers.get(timeout=ANSWER_LIMIT_S)
            assert error is None, error
            heard[int(result.get_response().id)].append(result.as_numpy("output"))
        client.stop_stream()
    for number, sound in sounds.items():
        np.testing.assert_array_equal(np.concatenate(heard[number]), np.concatenate(by_hand(sound)))


@pytest.mark.parametrize("model", STRATEGIES)
def test_both_strategies_keep_sequences_apart(client, model):
    flags = {"sequence_start": True}
    assert add(client, model, 1, 11, **flags) == (1, 11)
    assert add(client, model, 10, 12, **flags) == (10, 12)
    assert add(client, model, 2, 11) == (3, 11)
    assert add(client, model, 20, 12, sequence_end=True) == (30, 12)
    assert add(client, model, 5, 11, **flags) == (5, 11), "a start forgets"
    add(client, model, 0, 11, sequence_end=True)
    with pytest.raises(InferenceServerException, match="sequence 12 has not been begun, or is over"):
        add(client, model, 1, 12)


def test_what_is_no_place_in_a_sequence_is_refused(client):
    with pytest.raises(InferenceServerException, match='the parameter "sequence_id"'):
        add(client, "direct", 1, 0)
    with pytest.raises(InferenceServerException, match="sequence 99 has not been begun"):
        add(client, "direct", 1, 99)
    tensor = client.kind.InferInput("x", [2, 1], "FP32")
    tensor.set_data_from_numpy(np.zeros((2, 1), np.float32))
    with pytest.raises(InferenceServerException, match="2 rows given, a request of a sequence has one"):
        client.infer("direct", [tensor], sequence_id=1, sequence_start=True)


def test_one_sequence_too_many_is_refused_and_the_others_go_on(client):
    for number in (1, 2, 3):
        client.infer("silero", tensors(client.kind, chunks(1)[0]), sequence_id=number, sequence_start=True)
    with pytest.raises(InferenceServerException, match="3 sequences are open"):
        client.infer("silero", tensors(client.kind, chunks(1)[0]), sequence_id=4, sequence_start=True)
    for number in (1, 2, 3):
        client.infer("silero", tensors(client.kind, chunks(1)[0]), sequence_id=number, sequence_end=True)


@pytest.mark.parametrize(
    "parameters",
    [{"sequence_id": 1.5}, {"sequence_id": -1}, {"sequence_id": ""}, {"sequence_id": 1, "sequence_start": 1}, {}],
)
def test_wrong_parameters_are_told(server, parameters):
    body = {"inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1]}], "parameters": parameters}
    answer = call(server.url + "/v2/models/direct/infer", body)
    assert answer.status == 400
    assert "sequence_" in answer.error


def test_the_extension_is_listed_and_the_open_ones_are_counted(server, client):
    assert "sequence" in call(server.url + "/v2").json["extensions"]
    add(client, "oldest", 1, 21, sequence_start=True)
    assert server.metric("slipway_sequences_open", model="oldest", version="1") == 1
    add(client, "oldest", 1, 21, sequence_end=True)
    assert server.metric("slipway_sequences_open", model="oldest", version="1") == 0


@pytest.mark.parametrize("words, config", [
    ('the input "nobody"', 'sequence_batching { state { input_name: "nobody" output_name: "total_out" } }'),
    ('"START" with INT32', 'sequence_batching { control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [0, 1] } } }'),
    ("two values expected", 'sequence_batching { control_input { name: "START" control { kind: CONTROL_SEQUENCE_START } } }'),
])
def test_a_configuration_that_does_not_fit_is_told(tmp_path, words, config):
    sequence_models.save_running_total(tmp_path / "total")
    (tmp_path / "total/config.pbtxt").write_text(config)
    done = run_serve([tmp_path / "total"])
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES.keys())
def test_a_configuration_that_was_told_can_be_given_back(tmp_path, strategy):
    sequence_models.save_running_total(tmp_path / "total")
    text = sequence_models.config(strategy).replace("zero_data: true", 'data_file: "begin"')
    (tmp_path / "total/config.pbtxt").write_text(text)
    (tmp_path / "total/initial_state").mkdir()
    (tmp_path / "total/initial_state/begin").write_bytes(np.float32(0).tobytes())
    with Server([tmp_path]) as running, tritonclient.http.InferenceServerClient(running.address) as own:
        own.kind = tritonclient.http
        config = own.get_model_config("total")
        own.load_model("total", config=json.dumps(config))
        assert own.get_model_config("total") == config
        assert [add(own, "total", x, 7, sequence_start=x == 1) for x in (1, 2)] == [(1, 7), (3, 7)]


@pytest.mark.parametrize("rules", ["", "priorities: {levels: 2, default: 1}\n"], ids=["plain", "priorities"])
def test_time_is_over_though_the_one_before_goes_on(tmp_path, rules):
    """A request that waits for the one before it in its sequence hears of its deadline when that is over, not when the
    other, here a run of two seconds, has ended."""
    (tmp_path / "m.yaml").write_text("sequence: {max_sequences: 3}\n" + rules)
    with Server([fake_model(tmp_path, "delay_us=2000000")]) as running, futures.ThreadPoolExecutor() as pool:

        def ask(**parameters):
            return call(f"{running.url}/v2/models/m/infer", rows(1) | {"parameters": {"sequence_id": 7} | parameters})

        first = pool.submit(ask, sequence_start=True)
        running.wait_for(1, "slipway_instances_busy", model="m")
        late = ask(timeout=50_000)
        assert not first.done()
        assert (late.status, "was not run: it had waited" in late.error) == (504, True)
        assert first.result().status == 200


def test_sequences_of_model_yaml_take_the_place_of_batching(tmp_path):
    sequence_models.save_running_total(tmp_path / "total")
    (tmp_path / "total/config.pbtxt").write_text("max_batch_size: 8 dynamic_batching { }")
    (tmp_path / "total/model.yaml").write_text("sequence: {max_sequences: 3, states: [{input: total, output: total_out}]}\n")
    with Server([tmp_path]) as running:
        with tritonclient.http.InferenceServerClient(running.address) as own:
            config = own.get_model_config("total")
            own.load_model("total", config=json.dumps(config))
            assert own.get_model_config("total") == config
        assert "dynamic_batching" not in config
        (state,) = config["sequence_batching"]["state"]
        assert (state["input_name"], state["dims"]) == ("total", [1])
        with tritonclient.grpc.InferenceServerClient(running.grpc_address) as own:
            assert own.get_model_config("total").config.WhichOneof("scheduling_choice") == "sequence_batching"
