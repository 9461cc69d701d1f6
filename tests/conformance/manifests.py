"""Holds manifests against the schemas of what reads them, strictly: a key that is not known is an error."""
import ast
import importlib.util
import json
import pathlib
import re

import jsonschema
import kubernetes_validate
import referencing
import yaml

from program import ROOT

KUBERNETES = "1.37"
SCHEMAS = ROOT / ".deps" / "schemas"


class Strict(yaml.SafeLoader):
    """YAML that has each key once."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key twice, {node.start_mark}"
        return super().construct_mapping(node, deep)


def load_all(text: str) -> list[dict]:
    return list(yaml.load_all(text, Strict))  # a safe loader


def by_kind(text: str) -> dict[str, dict]:
    return {document["kind"] + ("-grpc" if document["metadata"]["name"].endswith("-grpc") else ""): document for document in load_all(text)}


def closed(schema):
    """The schema, with no property allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and isinstance(schema.get("type"), str) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


def custom_schema(document: dict) -> dict | None:
    group, _, version = document["apiVersion"].partition("/")
    for path in SCHEMAS.glob(f"{group}_*.yaml"):
        crd = yaml.safe_load(path.read_text())["spec"]
        if crd["names"]["kind"] == document["kind"]:
            (served,) = [one for one in crd["versions"] if one["name"] == version and one["served"]]
            schema = served["schema"]["openAPIV3Schema"]
            schema["properties"]["metadata"] = {}
            return closed(schema)
    return None


def folder_of(package: str) -> pathlib.Path:
    return pathlib.Path(importlib.util.find_spec(package).origin).parent


PARTS = folder_of("kubernetes_validate") / "kubernetes-json-schema" / f"v{KUBERNETES}.0-local-strict"
PARTS_BY_NAME = referencing.Registry(
    retrieve=lambda uri: referencing.Resource.from_contents(json.loads((PARTS / pathlib.Path(uri).name).read_text()), referencing.jsonschema.DRAFT4)
)


def fields_of(kserve_type: str) -> dict[str, str]:
    """The fields of one of KServe's own classes and their types, read from its source: importing it takes a server."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kserve_type).lower()
    (path,) = [p for p in (folder_of("kserve") / "models").glob("*.py") if p.stem.replace("_", "") == words.replace("_", "")]
    (made,) = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    tables = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in made.body
        if isinstance(node, ast.Assign) and node.targets[0].id in ("openapi_types", "attribute_map")
    }
    return {tables["attribute_map"][key]: kind for key, kind in tables["openapi_types"].items()}


def check_kserve(value, kind: str, where: str) -> None:
    """Fails unless the value is what a type of KServe's Python package is, down to the parts that are Kubernetes' own."""
    if found := re.fullmatch(r"list\[(.*)\]", kind):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            check_kserve(one, found[1], f"{where}[{number}]")
    elif found := re.fullmatch(r"dict\(str, (.*)\)", kind):
        for key, one in value.items():
            check_kserve(one, found[1], f"{where}.{key}")
    elif kind in ("str", "int", "bool"):
        assert type(value).__name__ == kind, f"{where}: {value!r} is no {kind}"
    elif found := re.fullmatch(r"V1([A-Z]\w*)", kind):
        name = "objectmeta-meta-v1" if found[1] == "ObjectMeta" else f"{found[1].lower()}-v1"
        schema = json.loads((PARTS / f"{name}.json").read_text())
        jsonschema.Draft4Validator(schema, registry=PARTS_BY_NAME).validate(value)
    else:
        fields = fields_of(kind)
        assert value.keys() <= fields.keys(), f"{where}: {value.keys() - fields.keys()}"
        for key, one in value.items():
            check_kserve(one, fields[key], f"{where}.{key}")


def check(document: dict) -> None:
    """Fails unless it is what Kubernetes, KEDA, KServe or the Prometheus operator take."""
    group, _, version = document["apiVersion"].partition("/")
    if group == "serving.kserve.io":
        check_kserve(document, version.capitalize() + document["kind"], document["kind"])
        return
    schema = custom_schema(document)
    if schema is not None:
        jsonschema.Draft202012Validator(schema).validate(document)
    else:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def check_compose(document: dict) -> None:
    """Fails unless the Compose Specification's own schema takes it."""
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / "compose-spec.json").read_text())).validate(document)
