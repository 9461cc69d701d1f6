"""Podman, as it runs on machines that are containers themselves."""
import os
import pathlib
import subprocess
import tarfile

LIMIT_S = 120
# what a machine without CAP_SYS_RESOURCE can grant
SETTINGS = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "/usr/sbin/runc"
"""


class Podman:
    """`podman` with settings of its own, in `folder`."""

    def __init__(self, folder: pathlib.Path):
        conf = folder / "containers.conf"
        conf.write_text(SETTINGS)
        self.environment = os.environ | {"CONTAINERS_CONF": str(conf)}
        self._folder = folder

    def __call__(self, *arguments, program="podman", **options) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(program), *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT_S, env=self.environment, **options
        )

    def right(self, *arguments, **options) -> str:
        done = self(*arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def takes_images(self) -> bool:
        """It cannot in a chroot, whose root is no mount: asked with one that is none of ours."""
        name = f"slipway-probe-{os.getpid()}"
        probe = self._folder / "probe.tar"
        with tarfile.open(probe, "w") as tar:
            tar.addfile(tarfile.TarInfo("a"))
        try:
            taken = self("import", probe, name).returncode == 0
        except OSError:
            return False
        self("rmi", "-f", name)
        return taken
