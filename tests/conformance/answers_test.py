"""The server's answers are those of the runtime called directly, bit for bit."""
import numpy as np
import pytest
import tritonclient.http as triton

PP_OCR_INPUT = [1, 3, 48, 192]
TOKENS = 32


def magika_input(random) -> dict[str, np.ndarray]:
    return {"bytes": random.integers(0, 257, (1, 2048), dtype=np.int32)}


def direction_input(random) -> dict[str, np.ndarray]:
    return {"x": random.standard_normal(PP_OCR_INPUT, dtype=np.float32)}


def minilm_input(random) -> dict[str, np.ndarray]:
    return {
        "input_ids": random.integers(1000, 30000, (1, TOKENS), dtype=np.int64),
        "attention_mask": np.ones((1, TOKENS), np.int64),
        "token_type_ids": np.zeros((1, TOKENS), np.int64),
    }


MADE_INPUTS = {"magika": magika_input, "ocr-direction": direction_input, "minilm": minilm_input}
DATATYPES = {np.dtype(np.int32): "INT32", np.dtype(np.int64): "INT64", np.dtype(np.float32): "FP32"}


@pytest.mark.parametrize("binary", [True, False], ids=["binary", "json"])
@pytest.mark.parametrize("model", MADE_INPUTS)
def test_answers_equal_those_of_the_runtime(client, session_of, model, binary):
    session = session_of(model)
    random = np.random.default_rng(2026)
    for _ in range(5):
        values = MADE_INPUTS[model](random)
        assert set(values) == {tensor.name for tensor in session.get_inputs()}
        expected = session.run(None, values)
        names = [tensor.name for tensor in session.get_outputs()]
        inputs = []
        for name, array in values.items():
            made = triton.InferInput(name, list(array.shape), DATATYPES[array.dtype])
            made.set_data_from_numpy(array, binary_data=binary)
            inputs.append(made)
        outputs = [triton.InferRequestedOutput(name, binary_data=binary) for name in names]
        result = client.infer(model, inputs, outputs=outputs)
        for name, array in zip(names, expected):
            returned = result.as_numpy(name)
            assert returned.dtype == array.dtype
            assert returned.shape == array.shape
            assert returned.tobytes() == array.tobytes()
