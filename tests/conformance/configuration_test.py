"""Every option has an environment variable, and the effective configuration can be read, and served again."""
import os
import re
import subprocess

import pytest
import yaml

from program import PROGRAM, SAMPLES, Server, fake_model, run, wait_until

OPTION = re.compile(r"^  (?:-\w,)?--([a-z-]+)")


def options_of_serve() -> list[str]:
    return [found[1] for line in run("serve", "--help").stdout.splitlines() if (found := OPTION.match(line))]


def printed(*arguments, **environment) -> dict:
    result = run("serve", *arguments, "--print-config", env=os.environ | environment)
    assert result.returncode == 0, result.stderr
    return yaml.safe_load(result.stdout)


def test_every_option_has_its_variable():
    help_text = run("serve", "--help").stdout
    names = [name for name in options_of_serve() if name != "help"]
    assert len(names) > 20
    for name in names:
        assert f"SLIPWAY_{name.upper().replace('-', '_')}" in help_text, name


def test_variables_are_taken_and_the_command_line_wins(tmp_path):
    model = fake_model(tmp_path)
    variables = {
        "SLIPWAY_HOST": "0.0.0.0",
        "SLIPWAY_HTTP_PORT": "9001",
        "SLIPWAY_METRICS_PORT": "none",
        "SLIPWAY_DRAIN_DELAY": "5s",
        "SLIPWAY_WATCH": "true",
        "SLIPWAY_MODEL_CONTROL": "true",
        "SLIPWAY_SHARED_MEMORY": "false",
        "SLIPWAY_MAX_REQUEST_BYTES": "1000000",
        "SLIPWAY_MAX_DELAY_US": "7",
        "SLIPWAY_TIMEOUT_MS": "8",
    }
    config = printed(model, "--http-port", "9002", **variables)
    server = config["server"]
    assert (server["host"], server["http_port"], server["metrics_port"]) == ("0.0.0.0", 9002, "none")
    assert (server["drain_delay_ms"], server["watch"], server["model_control"]) == (5000, True, True)
    assert (server["shared_memory"], server["max_request_bytes"]) == (False, 1_000_000)
    assert (config["models"][0]["max_delay_us"], config["models"][0]["timeout_ms"]) == (7, 8)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("SLIPWAY_HTTP_PORT", "web", "--http-port"),
        ("SLIPWAY_DRAIN_DELAY", "soon", '--drain-delay: "soon" given; a time up to a day expected'),
        ("SLIPWAY_DRAIN_TIMEOUT", "0", "--drain-timeout 0: at least 1ms expected"),
        ("SLIPWAY_WATCH", "perhaps", "watch"),
        ("SLIPWAY_INSTANCES", "-1", "--instances"),
    ],
)
def test_a_wrong_variable_is_an_error(tmp_path, variable, value, sentence):
    result = run("serve", fake_model(tmp_path), "--print-config", env=os.environ | {variable: value})
    assert result.returncode == 2
    assert sentence in result.stderr


def test_a_wrong_variable_is_named_with_what_may_have_set_it(tmp_path):
    result = run("serve", fake_model(tmp_path), env=os.environ | {"SLIPWAY_HTTP_PORT": "tcp://10.0.0.1:80"})
    assert result.returncode == 2
    assert "SLIPWAY_HTTP_PORT says so; a cluster sets it" in result.stderr and "enableServiceLinks" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--http-port", "70000"], '--http-port: "70000" given; a port from 0 to 65535 expected'),
        (["--http-port", "none"], '--http-port: "none" given; a port from 0 to 65535 expected'),
        (["--grpc-port", "abc"], '--grpc-port: "abc" given; a port from 0 to 65535 expected'),
        (["--metrics-port", "0x10"], "or none"),
        (["--cors-origin", "foo"], '--cors-origin: "foo" given; an origin expected'),
        (["--host", "nohost.invalid"], 'host "nohost.invalid": no address of this machine'),
        (["--host", ""], 'host "": no address of this machine'),
        (["--host", "192.0.2.1"], 'host "192.0.2.1": no address of this machine'),
    ],
)
def test_a_wrong_option_is_said(tmp_path, arguments, sentence):
    result = run("serve", fake_model(tmp_path), *arguments)
    assert result.returncode == 2 and sentence in result.stderr, result.stderr
    assert "gRPC" not in result.stderr


def test_a_port_is_decimal(tmp_path):
    assert printed(fake_model(tmp_path), "--http-port", "010")["server"]["http_port"] == 10


def test_health_names_the_variable():
    result = run("health", env=os.environ | {"SLIPWAY_HTTP_PORT": "many"})
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert 'SLIPWAY_HTTP_PORT: "many" given; a port' in result.stderr


def test_an_app_file_without_models_serves_nothing(tmp_path):
    (tmp_path / "app.yaml").write_text("models: []\n")
    result = run("serve", tmp_path / "app.yaml")
    assert result.returncode == 2 and "app.yaml: no models are in it" in result.stderr
    with Server([tmp_path / "app.yaml", "--watch"]):
        pass


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "{model}", "--print-config"],
        ["deploy", "{model}", "--to", "systemd"],
        ["inspect", "{model}"],
        ["doctor"],
        ["--version"],
    ],
)
def test_what_cannot_be_printed_is_an_error(tmp_path, arguments):
    command = [PROGRAM, *[one.format(model=fake_model(tmp_path)) for one in arguments]]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "standard output" in done.stderr or "No space left" in done.stderr, done.stderr


def test_a_misspelt_variable_is_told(tmp_path):
    config = run("serve", fake_model(tmp_path), "--print-config", env=os.environ | {"SLIPWAY_DRAIN_DELY": "5s"})
    assert "variable SLIPWAY_DRAIN_DELY is none that is known; SLIPWAY_DRAIN_DELAY?" in config.stderr
    config = run("serve", fake_model(tmp_path), "--print-config", env=os.environ | {"SLIPWAY_PORT_8000_TCP": "tcp://x"})
    assert "none that is known" not in config.stderr


def test_two_places_of_one_model_are_both_printed(tmp_path):
    for place, version in (("a", 1), ("b", 2)):
        folder = tmp_path / place / "m" / str(version)
        folder.mkdir(parents=True)
        fake_model(folder, name="model")
    config = printed(tmp_path / "a", tmp_path / "b")
    assert [model["path"] for model in config["models"]] == [str(tmp_path / "a/m"), str(tmp_path / "b/m")]


def test_what_follows_from_the_host_follows_again(tmp_path):
    config = printed(fake_model(tmp_path))
    assert "model_control" not in config["server"] and "grpc_port" not in config["server"]
    assert printed(tmp_path / "m.fake", "--model-control")["server"]["model_control"] is True


def test_the_effective_configuration_serves_the_same(tmp_path):
    config = run("serve", SAMPLES, "--print-config", "--instances", "1")
    assert config.returncode == 0, config.stderr
    app = tmp_path / "effective.yaml"
    app.write_text(config.stdout)
    assert run("serve", app, "--print-config").stdout == config.stdout
    models = {model["name"]: model for model in yaml.safe_load(config.stdout)["models"]}
    assert set(models) == {"magika", "ocr-direction", "minilm"}
    assert models["magika"]["transforms"]["input"]["bytes"]["head"] == 1024


def test_it_is_told_at_start(tmp_path):
    with Server([fake_model(tmp_path), "--queue-limit", "5"]) as server:
        wait_until(lambda: any("configuration: " in line for line in server.log), "it is told")
        line = next(line for line in server.log if "configuration: " in line)
        config = yaml.safe_load(line.split("configuration: ", 1)[1])
        assert (config["drain_timeout_ms"], config["model_control"]) == (20000, True)
        wait_until(lambda: any('configuration of model "m": ' in line for line in server.log), "each model's is, too")
        line = next(line for line in server.log if 'configuration of model "m": ' in line)
        assert yaml.safe_load(line.split('model "m": ', 1)[1])["queue_limit"] == 5
