"""The pages of docs/deploy, each followed word for word on a machine of its own. What such a machine lacks is stood in for
by what is in stand_ins/."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from console_pages import Shell, follow
from program import PROGRAM, ROOT

FOLDER = ROOT / "docs" / "deploy"
STAND_INS = pathlib.Path(__file__).with_name("stand_ins")
MACHINE = STAND_INS / "machine"
LIMIT_S = 60
COMMAND_LIMIT_S = 60
PAGES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "README")
PLAIN = {"rest", "grpc", "edge"}  # processes alone
PODMAN = {"container", "compose", "kubernetes", "kserve"}
REGISTRY = {"kubernetes", "kserve"}
OWN_NETWORK = ["unshare", "--net"]
OWN_ALL = [*OWN_NETWORK, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def refusal(command: list) -> str | None:
    """Why it cannot be done here, if it cannot."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]


@pytest.fixture(scope="module")
def network() -> list:
    """What starts a command on a network of its own, as root or as one who is root there."""
    for command in (OWN_NETWORK, [*OWN_NETWORK, "--map-root-user"]):
        if not (why := refusal([*command, MACHINE, "network", "true"])):
            return [*command, MACHINE, "network"]
    pytest.skip(f"no network of its own here: {why}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> list:
    """What starts a command, behind a folder, on a machine that may be changed."""
    command = [*OWN_ALL, MACHINE, "whole"]
    if why := refusal([*command, tmp_path_factory.mktemp("probe"), "true"]):
        pytest.skip(f"no machine of its own here: {why}")
    return command


@pytest.fixture(scope="module")
def with_podman(whole, tmp_path_factory) -> list:
    folder = tmp_path_factory.mktemp("podman")
    subprocess.run(["tar", "-cf", folder / "probe.tar", "-C", folder, "--files-from", "/dev/null"], check=True, timeout=LIMIT_S)
    if why := refusal([*whole, folder, "podman", "import", folder / "probe.tar", "probe"]):
        pytest.skip(f"podman takes no image here: {why}")
    return whole


@pytest.fixture(scope="module")
def digits(tmp_path_factory) -> pathlib.Path:
    """A folder with the model and a request with an image of a 3."""
    folder = tmp_path_factory.mktemp("digits")
    train = ROOT / "samples" / "workflow" / "train.py"
    subprocess.run([sys.executable, train, "1", folder], check=True, capture_output=True, timeout=LIMIT_S)
    (folder / "digits-test.json").unlink()
    return folder


def environment(state: pathlib.Path) -> dict[str, str]:
    path = [STAND_INS, PROGRAM.parent, pathlib.Path(sys.executable).parent, "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    return {
        "PATH": ":".join(map(str, path)),
        "PYTHONPATH": str(STAND_INS / "python"),
        "HOME": str(state),
        "LANG": "C.UTF-8",
        "STAND_INS": str(state),
        "SLIPWAY_CACHE_DIR": os.environ["SLIPWAY_CACHE_DIR"],
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_followed(page, digits, tmp_path, request):
    machine = request.getfixturevalue("network" if page in PLAIN else "with_podman" if page in PODMAN else "whole")
    other_user = ["setpriv", "--reuid", "64321", "--regid", "64321", "--clear-groups"]
    if page == "systemd" and (why := refusal([*other_user, "test", "-r", PROGRAM, "-a", "-r", sys.executable])):
        pytest.skip(f"the units' user may not enter the folder of this checkout: {why}")
    text = (FOLDER / f"{page}.md").read_text()
    folder, state = tmp_path / "digits", tmp_path / "state"
    shutil.copytree(digits, folder)
    folder.chmod(0o755)  # as mkdir makes one, and not as pytest does
    state.mkdir()
    try:
        with Shell(folder, state, environment(state), machine if page in PLAIN else [*machine, state]) as shell:
            if page in REGISTRY:
                shell.run(f"registry {state / 'registry'}")
            if page == "systemd":
                shell.run(install())
            follow(text, shell, COMMAND_LIMIT_S)
    finally:
        for log in [*state.glob("*.journal"), *state.glob("registry/log")]:
            print(f"{log.name}:\n{log.read_text()}")
        shutil.rmtree(state, ignore_errors=True)  # of images some hundred megabytes


def install() -> str:
    """The program where a machine has it, and a systemd that is said to run."""
    return f"""
        mkdir -p /run/systemd/system /usr/lib/slipway
        mount --bind {PROGRAM.parent} /usr/lib/slipway
        ln -s /usr/lib/slipway/slipway /usr/bin/slipway
        cd / && setpriv --reuid 64321 --regid 64321 --clear-groups slipway doctor >/dev/null && cd -
    """


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_short_and_has_an_answer(page):
    text = (FOLDER / f"{page}.md").read_text()
    assert len(text.splitlines()) < 60
    assert "[3]" in text or '"label":3' in text
    assert re.search(rf"\]\({page}\.md\)", (FOLDER / "README.md").read_text())
