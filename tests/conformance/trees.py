"""A tree and a linear model trained by scikit-learn on its own data, as ONNX."""
import pathlib

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression


def iris() -> tuple[np.ndarray, np.ndarray]:
    data = load_iris()
    return data.data.astype(np.float32), data.target


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    data = load_diabetes()
    return data.data.astype(np.float32), data.target


def make_all(folder: pathlib.Path) -> None:
    features, target = iris()
    forest = RandomForestClassifier(n_estimators=10, max_depth=4, random_state=0).fit(features, target)
    save(folder / "iris_forest.onnx", to_onnx(forest, features[:1], options={"zipmap": False}))
    features, target = diabetes()
    linear = LinearRegression().fit(features, target)
    save(folder / "diabetes_linear.onnx", to_onnx(linear, features[:1]))


def save(path: pathlib.Path, model) -> None:
    path.write_bytes(model.SerializeToString())
