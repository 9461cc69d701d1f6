#!/usr/bin/env python3
"""Trains a classifier of handwritten digits with scikit-learn and writes it as ONNX. This stands for whatever trains
models where you are: it is no part of Slipway, which takes the file from here on.

    train.py VERSION FOLDER        FOLDER/digits.onnx; digits-test.json with images that it has not seen, and digit.json,
                                   a request with one of them, of a 3
"""
import json
import pathlib
import sys

from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

RECIPES = {
    "1": LogisticRegression(C=0.01, max_iter=1000),
    "2": MLPClassifier((64,), max_iter=600, random_state=1),
}


def main(version: str, folder: pathlib.Path) -> None:
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(digits.data, digits.target, test_size=0.2, random_state=1)
    model = make_pipeline(MinMaxScaler(), RECIPES[version]).fit(train_x, train_y)
    onnx = to_onnx(model, initial_types=[("image", FloatTensorType([None, 64]))], options={"zipmap": False})
    (folder / "digits.onnx").write_bytes(onnx.SerializeToString())
    images = {"name": "image", "datatype": "FP32", "shape": list(test_x.shape), "data": test_x.ravel().tolist()}
    (folder / "digits-test.json").write_text(json.dumps({"inputs": [images], "labels": test_y.tolist()}))
    three = next(x for x, y, said in zip(test_x, test_y, model.predict(test_x), strict=True) if y == said == 3)
    image = {"name": "image", "shape": [1, 64], "datatype": "FP32", "data": [int(value) for value in three]}
    (folder / "digit.json").write_text(json.dumps({"inputs": [image]}))
    print(f"version {version}: right in {model.score(test_x, test_y):.1%} of {len(test_y)} images")


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
