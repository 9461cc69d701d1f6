"""Trees and linear models of scikit-learn: the operators of ai.onnx.ml."""
import numpy as np
import tritonclient.http as triton

import trees


def ask(client, model: str, features: np.ndarray) -> triton.InferResult:
    (described,) = client.get_model_metadata(model)["inputs"]
    tensor = triton.InferInput(described["name"], list(features.shape), "FP32")
    tensor.set_data_from_numpy(features)
    return client.infer(model, [tensor])


def test_a_forest_gives_the_classes_of_the_runtime(client, session_of):
    features, target = trees.iris()
    result = ask(client, "iris_forest", features)
    session = session_of("iris_forest")
    expected = dict(zip([output.name for output in session.get_outputs()],
                        session.run(None, {session.get_inputs()[0].name: features})))
    for name, array in expected.items():
        returned = result.as_numpy(name)
        assert returned.dtype == array.dtype and returned.shape == array.shape
        np.testing.assert_allclose(returned, array, atol=1e-6)
    labels = next(array for array in expected.values() if array.ndim == 1)
    assert (labels == target).mean() > 0.9


def test_a_linear_model_gives_the_values_of_the_runtime(client, session_of):
    features, target = trees.diabetes()
    result = ask(client, "diabetes_linear", features)
    session = session_of("diabetes_linear")
    (expected,) = session.run(None, {session.get_inputs()[0].name: features})
    np.testing.assert_allclose(result.as_numpy(session.get_outputs()[0].name), expected, rtol=1e-6)
    assert np.corrcoef(expected.ravel(), target)[0, 1] > 0.6
