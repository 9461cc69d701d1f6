"""A PostgreSQL server of Debian's package, in a temporary folder, on a Unix socket there and no port."""
import os
import pathlib
import shutil
import subprocess
import tempfile

LIMIT_S = 60
USER = "crm"


class Postgresql:
    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        assert found, "Debian's package postgresql is missing: scripts/setup --tests"
        self.programs = found[-1].parent
        # The server refuses to be root, so a test that is root runs it as the user that the package made.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crm_postgresql_"))
        self.made = 0
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
        try:
            self._run("initdb", "--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
            self.start()
        except Exception:
            shutil.rmtree(self.folder)
            raise

    def _run(self, program: str, *arguments: str) -> None:
        command = [self.programs / program, *arguments, f"--pgdata={self.folder}/data"]
        # The output goes to a file: the server would keep a pipe open.
        with open(self.folder / "output", "w+") as output:
            done = subprocess.run(
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", timeout=LIMIT_S, **self.user
            )
            output.seek(0)
            assert done.returncode == 0, f"{program} {arguments}: {output.read()}"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql:///{database}?host={self.folder}&user={USER}"

    def new_database(self) -> str:
        self.made += 1
        name = f"crm_{self.made}"
        subprocess.run(
            [self.programs / "createdb", f"--host={self.folder}", f"--username={USER}", name], check=True, timeout=LIMIT_S
        )
        return self.url(name)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder}/log", f"--options={options}")

    def __enter__(self) -> "Postgresql":
        return self

    def __exit__(self, *_) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder)
