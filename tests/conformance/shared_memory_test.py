"""System shared memory: tritonclient's own helpers over both protocols, and what a client may do wrong."""
import contextlib
import os
import uuid

import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http
import tritonclient.utils.shared_memory as shm
from tritonclient.utils import InferenceServerException, serialize_byte_tensor

from http_call import call
from program import Server, fake_model
from tiny_models import ELEMENT_TYPES, name_of, rows

MODULES = {"http": tritonclient.http, "grpc": tritonclient.grpc}
SIZE = 8192


@pytest.fixture(params=MODULES)
def door(request, server):
    """A client's module, and a client of it that leaves no region behind."""
    module = MODULES[request.param]
    with module.InferenceServerClient(server.address if request.param == "http" else server.grpc_address) as client:
        yield module, client
        client.unregister_system_shared_memory()


@contextlib.contextmanager
def shared_object(size: int = SIZE):
    """An object of the client's: (key, handle)."""
    key = f"/slipway-conformance-{os.getpid()}-{uuid.uuid4().hex}"
    handle = shm.create_shared_memory_region("made by the client", key, size)
    try:
        yield key, handle
    finally:
        shm.destroy_shared_memory_region(handle)


def place(module, kind: str, name: str, region: str, size: int, offset: int = 0, shape=None, datatype: str = "FP32"):
    """An input or a requested output that lies in shared memory."""
    made = module.InferInput(name, shape, datatype) if kind == "input" else module.InferRequestedOutput(name)
    made.set_shared_memory(region, size, offset)
    return made


def message(refused) -> str:
    return refused.value.message()


@pytest.mark.parametrize("datatype", ELEMENT_TYPES)
def test_tensors_go_both_ways(door, datatype):
    module, client = door
    values = rows(datatype)
    if datatype == "BYTES":
        data = serialize_byte_tensor(values)
        size = len(data.item())
    else:
        data, size = values, values.nbytes
    with shared_object() as (key, handle):
        shm.set_shared_memory_region(handle, [data])
        client.register_system_shared_memory("both", key, SIZE)
        result = client.infer(
            name_of(datatype),
            [place(module, "input", "x", "both", size, shape=list(values.shape), datatype=datatype)],
            outputs=[place(module, "output", "y", "both", size, offset=4096)],
        )
        output = result.get_output("y")
        described = output if isinstance(output, dict) else {"datatype": output.datatype, "shape": list(output.shape)}
        assert described["datatype"] == datatype and described["shape"] == list(values.shape)
        kind = np.object_ if datatype == "BYTES" else values.dtype
        assert (shm.get_contents_as_numpy(handle, kind, values.shape, offset=4096) == values).all()


def test_one_tensor_in_shared_memory_and_one_in_the_request(door):
    module, client = door
    values = np.float32([[1, 2, 3]])
    with shared_object() as (key, handle):
        shm.set_shared_memory_region(handle, [values], offset=100)  # aligned to nothing that matters
        client.register_system_shared_memory("a", key, 200, offset=96)
        inline = module.InferInput("b", [1, 3], "FP32")
        inline.set_data_from_numpy(values * 10)
        result = client.infer(
            "sum_and_difference",
            [place(module, "input", "a", "a", 12, offset=4, shape=[1, 3]), inline],
            outputs=[place(module, "output", "sum", "a", 100, offset=20), module.InferRequestedOutput("difference")],
        )
        assert result.as_numpy("difference").tolist() == [[-9, -18, -27]]
        assert shm.get_contents_as_numpy(handle, np.float32, [1, 3], offset=116).tolist() == [[11, 22, 33]]


def test_status_register_unregister(door):
    module, client = door

    def regions():
        status = client.get_system_shared_memory_status(**({} if module is tritonclient.http else {"as_json": True}))
        listed = status if isinstance(status, list) else status.get("regions", {}).values()
        return {region["name"]: (region["key"], int(region.get("offset", 0)), int(region["byte_size"])) for region in listed}

    with shared_object() as (key, _):
        assert regions() == {}
        client.register_system_shared_memory("one", key, 64)
        client.register_system_shared_memory("two", key, 32, offset=64)
        assert regions() == {"one": (key, 0, 64), "two": (key, 64, 32)}
        client.unregister_system_shared_memory("one")
        client.unregister_system_shared_memory("never registered")
        assert regions() == {"two": (key, 64, 32)}
        client.register_system_shared_memory("one", key, 16)
        client.unregister_system_shared_memory()
        assert regions() == {}
        with pytest.raises(InferenceServerException) as refused:
            client.get_system_shared_memory_status("one")
        assert '"one"' in message(refused)


@pytest.mark.parametrize(
    "key,size,offset,words",
    [
        ("/slipway-never-made", 64, 0, ["/slipway-never-made", "No such file"]),
        ("/../etc/passwd", 64, 0, ["/../etc/passwd", "/name"]),
        ("..", 64, 0, ["/name"]),
        ("", 64, 0, ["/name"]),
        (None, 0, 0, ["0 bytes"]),
        (None, SIZE + 1, 0, [str(SIZE + 1), str(SIZE)]),
        (None, 64, SIZE, ["64 bytes from byte 8192 on"]),
        (None, 2**63, 2**63, [str(2**63)]),
    ],
)
def test_what_cannot_be_registered(door, key, size, offset, words):
    _, client = door
    with shared_object() as (own_key, _):
        with pytest.raises(InferenceServerException) as refused:
            client.register_system_shared_memory("r", own_key if key is None else key, size, offset=offset)
    for word in ['"r"', *words]:
        assert word in message(refused)


def test_registering_twice_names_the_region(door):
    _, client = door
    with shared_object() as (key, _):
        client.register_system_shared_memory("twice", key, 64)
        with pytest.raises(InferenceServerException) as refused:
            client.register_system_shared_memory("twice", key, 64)
        assert '"twice" is already in manager' in message(refused)


def test_wrong_places_say_what_is_wrong(door):
    module, client = door
    with shared_object() as (key, handle):
        shm.set_shared_memory_region(handle, [np.float32([[1, 2, 3]])])
        client.register_system_shared_memory("r", key, 64)
        good = place(module, "input", "x", "r", 12, shape=[1, 3])
        for wrong, sentence in [
            (place(module, "input", "x", "q", 12, shape=[1, 3]), 'input "x": no shared memory region "q"'),
            (place(module, "input", "x", "r", 12, 60, [1, 3]), 'input "x": 12 bytes from byte 60 on'),
            (place(module, "input", "x", "r", 16, shape=[1, 3]), '"shared_memory_byte_size" is 16'),
        ]:
            with pytest.raises(InferenceServerException) as refused:
                client.infer("identity_fp32", [wrong])
            assert sentence in message(refused)
        for wrong, sentence in [
            (place(module, "output", "y", "q", 12), 'output "y": no shared memory region "q"'),
            (place(module, "output", "y", "r", 64, 1), 'output "y": 64 bytes from byte 1 on'),
            (place(module, "output", "y", "r", 8), 'output "y": it needs 12 bytes'),
        ]:
            with pytest.raises(InferenceServerException) as refused:
                client.infer("identity_fp32", [good], outputs=[wrong])
            assert sentence in message(refused)
        client.infer("identity_fp32", [good])


def test_strings_are_checked(door):
    module, client = door
    with shared_object() as (key, handle):
        shm.set_shared_memory_region(handle, [np.uint32([2**32 - 1, 0, 0])])
        client.register_system_shared_memory("r", key, 64)
        with pytest.raises(InferenceServerException) as refused:
            client.infer("identity_bytes", [place(module, "input", "x", "r", 12, shape=[1, 3], datatype="BYTES")])
        assert 'input "x": ' in message(refused) and "BYTES element 0" in message(refused)


def test_an_object_that_is_cut_short_costs_its_own_request_alone(door):
    module, client = door
    with shared_object() as (key, _):
        client.register_system_shared_memory("r", key, SIZE)
        os.truncate(f"/dev/shm{key}", 100)
        with pytest.raises(InferenceServerException) as refused:
            client.infer("identity_fp32", [place(module, "input", "x", "r", 12, 2048, [1, 3])])
        assert "has 100" in message(refused)
        inline = module.InferInput("x", [1, 3], "FP32")
        inline.set_data_from_numpy(np.float32([[1, 2, 3]]))
        with pytest.raises(InferenceServerException) as refused:
            client.infer("identity_fp32", [inline], outputs=[place(module, "output", "y", "r", 12, 2048)])
        assert "has 100" in message(refused)
        assert client.is_server_live()


def test_unregistering_while_a_request_runs(tmp_path):
    """The answer still goes to where it was asked for, and the next request finds no region."""
    with Server([fake_model(tmp_path, "delay_us=300000"), "--instances", "1"]) as server:
        with tritonclient.http.InferenceServerClient(server.address, concurrency=2) as client, shared_object() as (key, handle):
            shm.set_shared_memory_region(handle, [np.float32([[1, 2, 3, 4]])])
            client.register_system_shared_memory("r", key, 64)
            tensors = [place(tritonclient.http, "input", "x", "r", 16, shape=[1, 4])]
            output = [place(tritonclient.http, "output", "y", "r", 16, 32)]
            running = client.async_infer("m", tensors, outputs=output)
            server.wait_for(1, "slipway_instances_busy")
            client.unregister_system_shared_memory()
            running.get_result(timeout=20)
            assert shm.get_contents_as_numpy(handle, np.float32, [1, 4], offset=32).tolist() == [[1, 2, 3, 4]]
            with pytest.raises(InferenceServerException):
                client.infer("m", tensors)


def test_there_is_no_cuda_memory(door):
    module, client = door
    status = client.get_cuda_shared_memory_status()
    assert status == [] if module is tritonclient.http else not status.regions
    client.unregister_cuda_shared_memory()
    client.unregister_cuda_shared_memory("r")
    with pytest.raises(InferenceServerException) as refused:
        client.register_cuda_shared_memory("r", b"aGFuZGxl", 0, 64)
    assert "no CUDA shared memory" in message(refused)


@pytest.mark.parametrize("host,options,on", [
    ("127.0.0.1", [], True),
    ("127.0.0.1", ["--no-shared-memory"], False),
    ("0.0.0.0", [], False),
    ("0.0.0.0", ["--shared-memory"], True),
])
def test_it_is_on_where_only_this_machine_reaches_it(tmp_path, host, options, on):
    with Server([fake_model(tmp_path), "--host", host, *options]) as server:
        base = server.url.replace("0.0.0.0", "127.0.0.1")
        assert ("system_shared_memory" in call(base + "/v2").json["extensions"]) == on
        with shared_object() as (key, _):
            answer = call(base + "/v2/systemsharedmemory/region/r/register", {"key": key, "byte_size": 64})
        assert answer.status == (200 if on else 501)
        assert on or "--shared-memory" in answer.error
        assert call(base + "/v2/systemsharedmemory/unregister", b"", method="POST").status == 200
        assert call(base + "/v2/systemsharedmemory/status").json == []


@pytest.mark.parametrize("body,words", [(b"", "no JSON object"), ({"byte_size": 1}, '"key"'), ({"key": "/k", "byte_size": "1"}, '"byte_size"')])
def test_a_registration_that_cannot_be_read(server, body, words):
    answer = call(server.url + "/v2/systemsharedmemory/region/r/register", body, method="POST")
    assert answer.status == 400
    assert words in answer.error
