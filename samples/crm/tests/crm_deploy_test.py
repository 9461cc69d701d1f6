"""What the manifests say of the program, held against what the program and the folder have."""
import pathlib
import re

import pytest
import yaml

CRM = pathlib.Path(__file__).resolve().parents[1]
PODS = [one for one in yaml.safe_load_all((CRM / "kubernetes.yaml").read_text()) if one["kind"] == "Deployment"]
SERVICES = {
    one["metadata"]["name"]: one for one in yaml.safe_load_all((CRM / "kubernetes.yaml").read_text()) if one["kind"] == "Service"
}
COMPOSE = yaml.safe_load((CRM / "compose.yaml").read_text())["services"]
VARIABLES = set(re.findall(r'envname\("(\w+)"\)', (CRM / "main.cpp").read_text()))


@pytest.mark.parametrize("pod", PODS, ids=lambda pod: pod["metadata"]["name"])
def test_no_service_sets_a_variable_of_the_program(pod):
    assert {"CRM_PORT", "CRM_DATABASE"} <= VARIABLES and "crm" in SERVICES
    assert pod["spec"]["template"]["spec"]["enableServiceLinks"] is False, "CRM_PORT would be tcp://…"


def test_the_variables_that_are_set_are_the_program_s():
    (container,) = PODS[0]["spec"]["template"]["spec"]["containers"]
    kubernetes = {one["name"] for one in container["env"]}
    image = set(re.findall(r"\b(CRM_\w+)=", (CRM / "Dockerfile").read_text()))
    assert {name for name in kubernetes | image | set(COMPOSE["crm"]["environment"]) if name.startswith("CRM_")} <= VARIABLES


def test_the_images_are_those_that_are_built():
    built = set(re.findall(r"build -t (\S+)", (CRM / "images").read_text()))
    used = {one["spec"]["template"]["spec"]["containers"][0]["image"] for one in PODS}
    assert used == built and built <= {one["image"] for one in COMPOSE.values()}


def test_what_is_mounted_is_there():
    for name, service in COMPOSE.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith((".", "/")) or (CRM / source).exists(), f"{name}: {volume}"


def test_no_secret_gets_into_an_image_or_into_git():
    secret = pathlib.Path(yaml.safe_load((CRM / "compose.yaml").read_text())["secrets"]["admin-password"]["file"]).name
    assert secret in (CRM / ".dockerignore").read_text().split()
    assert f"/samples/crm/{secret}" in (CRM.parents[1] / ".gitignore").read_text().split()
