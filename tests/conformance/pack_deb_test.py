"""`slipway pack --format deb`: installed by dpkg in a root that has what it asks for and no more, and run as its unit does."""
import ctypes
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from packing import LIMIT_S, LONG_NAME, ask, make_repository, pack, serving, works
from program import Server

UNIT = "usr/lib/systemd/system/slipway-shop.service"
PR_SET_MDWE = 65  # Linux 6.3


def run_checked(*command) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("deb")
    done = pack(make_repository(folder / "shop", folder), "--format", "deb", "--image", "shop:3", cwd=folder)
    assert done.stdout.split()[-2:] == ["sha256:" + hashlib.sha256((folder / "shop.deb").read_bytes()).hexdigest(), str(folder / "shop.deb")]
    return folder / "shop.deb"


def installed_packages() -> dict[str, str]:
    """What dpkg says of each package of this machine, by its name."""
    stanzas = pathlib.Path("/var/lib/dpkg/status").read_text().split("\n\n")
    return {stanza.split("\n", 1)[0].removeprefix("Package: "): stanza for stanza in stanzas if stanza.startswith("Package: ")}


def names_in(depends: str) -> list[list[str]]:
    """The alternatives of each dependency, without versions."""
    return [[re.split(r"[ (:]", one.strip())[0] for one in entry.split("|")] for entry in depends.split(",") if entry.strip()]


def with_what_they_need(wanted: list[str], known: dict[str, str]) -> set[str]:
    provided = {name: package for package, stanza in known.items()
                for line in re.findall(r"^Provides: (.*)$", stanza, re.M) for (name,) in names_in(line)}
    found, left = set(), list(wanted)
    while left:
        name = left.pop()
        name = name if name in known else provided.get(name, name)
        if name in found:
            continue
        assert name in known, f"{name} is not installed here"
        found.add(name)
        for line in re.findall(r"^(?:Pre-)?Depends: (.*)$", known[name], re.M):
            for alternatives in names_in(line):
                left.append(next((one for one in alternatives if one in known or one in provided), alternatives[0]))
    return found


def root_of(packages: set[str], known: dict[str, str], root: pathlib.Path) -> None:
    """A root of this machine's own files of those packages, which dpkg knows there."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("tmp", "etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"):
        (root / name).mkdir(parents=True)
    files = set()
    for name in packages:
        for line in run_checked("dpkg-query", "-L", name).splitlines():
            path = pathlib.Path(line)
            if not line.startswith(("/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/lintian")) and (path.is_symlink() or path.is_file()):
                files.add(pathlib.Path(os.path.realpath(path.parent)) / path.name)
    for file in sorted(files):
        to = root / file.relative_to("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, to, follow_symlinks=False)
    (root / "var/lib/dpkg/status").write_text("\n\n".join(known[name] for name in sorted(packages)) + "\n")


@pytest.fixture(scope="module")
def root(package, tmp_path_factory) -> pathlib.Path:
    """A root where it was installed."""
    folder = tmp_path_factory.mktemp("installed") / "root"
    if os.geteuid() != 0 or not works(["chroot", "/", "true"]):
        pytest.skip("a root of its own needs root")
    known = installed_packages()
    asked = names_in(run_checked("dpkg-deb", "-f", package, "Depends"))
    root_of(with_what_they_need(["dpkg", "coreutils", "dash", "diffutils", "libc-bin", "base-files", *(one for one, *_ in asked)], known), known, folder)
    shutil.copy(package, folder / "tmp" / "shop.deb")
    said = run_checked("chroot", folder, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "dpkg", "-i", "/tmp/shop.deb")
    assert "Setting up slipway-shop (3)" in said
    return folder


def exec_start(root: pathlib.Path) -> str:
    return re.search(r"^ExecStart=(.*)$", (root / UNIT).read_text(), re.M)[1]


def test_what_it_asks_for_and_what_it_has(package):
    depends = run_checked("dpkg-deb", "-f", package, "Depends")
    assert re.search(r"\blibc6 \(>= 2\.\d+\)", depends) and "libstdc++6" in depends and "zlib1g (>= 1:" in depends
    assert run_checked("dpkg-deb", "-f", package, "Package", "Version") == "Package: slipway-shop\nVersion: 3\n"
    names = run_checked("dpkg-deb", "-c", package)
    assert "libonnxruntime.so.1" in names and "libc.so.6" not in names and "libssl" not in names
    assert "./usr/share/doc/slipway-shop/slipway/THIRD_PARTY.md" in names


def test_it_serves_by_its_units_own_command(root, tmp_path):
    with serving(root, tmp_path, [], exec_start(root)) as server:
        assert ask(server, "second")["outputs"][0]["data"] == [1, 2, 3]
    assert (root / "usr/share/slipway-shop/models/shop/first/1" / LONG_NAME).is_file()


def test_nothing_it_runs_asks_for_new_code(root):
    """What MemoryDenyWriteExecute of the unit forbids, the kernel forbids here."""
    assert "MemoryDenyWriteExecute=yes" in (root / UNIT).read_text()
    libc = ctypes.CDLL(None)
    if libc.prctl(PR_SET_MDWE + 1, 0, 0, 0, 0) < 0:  # PR_GET_MDWE
        pytest.skip("this kernel cannot forbid it")
    program, _, models = exec_start(root).split()
    with Server(
        [root / models.removeprefix("/")],
        program=root / program.removeprefix("/"),
        preexec_fn=lambda: libc.prctl(PR_SET_MDWE, 1, 0, 0, 0),
    ) as server:
        assert ask(server, "second")["outputs"][0]["data"] == [1, 2, 3]


def test_the_unit_is_one(root, tmp_path):
    """systemd's own reading of it, with this machine's other units beside it."""
    units = root / "usr/lib/systemd/system"
    for unit in pathlib.Path("/usr/lib/systemd/system").glob("*.target"):
        if not (units / unit.name).exists():
            shutil.copy(unit, units, follow_symlinks=False)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root}", f"/{UNIT}"], capture_output=True, text=True, timeout=LIMIT_S)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", f"--root={root}", "slipway-shop.service"], capture_output=True, text=True, timeout=LIMIT_S)
    print(done.stdout.splitlines()[-1:])
    assert done.returncode == 0, done.stdout + done.stderr  # exposure of 2.0 and less: "OK"


def test_settings_are_the_administrators(root, package):
    settings = root / "etc/default/slipway-shop"
    settings.write_text("SLIPWAY_HOST=0.0.0.0\n")
    chroot = ["chroot", root, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "dpkg"]
    run_checked(*chroot, "-i", "--force-confdef", "--force-confold", "/tmp/shop.deb")
    assert settings.read_text() == "SLIPWAY_HOST=0.0.0.0\n"
    run_checked(*chroot, "--purge", "slipway-shop")
    left = [path for path in root.rglob("*slipway-shop*") if "log" not in str(path)]
    assert left == []


def test_the_same_models_give_the_same_bytes(package, tmp_path):
    pack(make_repository(tmp_path / "shop", tmp_path), "--format", "deb", "--image", "shop:3", "-o", tmp_path / "x.deb")
    assert (tmp_path / "x.deb").read_bytes() == package.read_bytes()
