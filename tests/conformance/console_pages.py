"""Follows a page of the documentation word for word: types its commands into one shell, and holds what they print
against what the page shows.

Of the blocks of a page that are ```console, a line that begins with "$ " is a command, and the lines behind it are what it
prints. There "…" stands for anything, also for nothing: within a line, and as a line of its own for any lines. What follows
`cat > FILE` is the file. A command must end with 0, within its limit.

What a command in the background prints is not looked at there: it comes when it comes. What it prints while a later
command runs may stand before that one's output, as on a terminal.
"""
import dataclasses
import os
import pathlib
import re
import select
import signal
import subprocess
import time

LIMIT_S = 60
SHOWN_LINES = 20  # of what a command that failed printed
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclasses.dataclass
class Step:
    line: int
    command: str
    shown: list[str] = dataclasses.field(default_factory=list)

    def script(self) -> str:
        if self.is_file():
            return "\n".join([f"{self.command} <<'END OF THE FILE'", *self.shown, "END OF THE FILE", ""])
        return self.command + "\n"

    def is_file(self) -> bool:
        return re.fullmatch(r"cat >>? \S+", self.command) is not None

    def fits(self, printed: str) -> bool:
        printed = printed if printed.endswith("\n") or not printed else printed + "\n"
        parts = [r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", r"[\s\S]*") + r"\n" for line in self.shown]
        return re.fullmatch("".join(parts), printed) is not None


def steps_of(page: str) -> list[Step]:
    steps = []
    for block in BLOCK.finditer(page):
        first = page.count("\n", 0, block.start(1)) + 1
        lines = block[1].splitlines()
        assert lines and lines[0].startswith("$ "), f"line {first}: a block begins with a command"
        for number, line in enumerate(lines, first):
            if line.startswith("$ "):
                steps.append(Step(number, line[2:]))
            else:
                steps[-1].shown.append(line)
    return steps


class Shell:
    """One bash, started by `start` (a command that ends in becoming the one behind it), in `folder`. What belongs to it
    alone, such as what commands print, is in `own`. With it ends everything that it started and that its `start` holds."""

    def __init__(self, folder: pathlib.Path, own: pathlib.Path, environment: dict, start=()):
        self._own = own
        self._count = 0
        self._errors = (own / "shell").open("w+")
        self._bash = subprocess.Popen(
            [*map(str, start), "bash", "--norc", "--noprofile"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            cwd=folder, env=environment, start_new_session=True, bufsize=0,
        )

    def run(self, script: str, limit_s: float = LIMIT_S) -> str:
        """What it printed, with its end taken off where that is not 0 or does not come."""
        self._count += 1
        source = self._own / f"{self._count:03}.command"
        source.write_text(script)
        printed = self._printed(self._count)
        try:
            self._bash.stdin.write(f". '{source}' >'{printed}' 2>&1 </dev/null; echo $?\n".encode())
            status = self._status(limit_s)
        except BrokenPipeError:
            status = ""
        text = printed.read_text(errors="replace") if printed.exists() else ""
        if status != "0":
            last = "".join(text.splitlines(keepends=True)[-SHOWN_LINES:])
            raise AssertionError(f"{self._said(status, limit_s)}: {script}{last}{self.errors()}")
        return text

    def _said(self, status: str | None, limit_s: float) -> str:
        if status is None:
            return f"not within {limit_s} s"
        return f"ended with {status}" if status else "the shell ended"

    def _status(self, limit_s: float) -> str | None:
        """The line that it ended with; empty where the shell itself has ended."""
        end = time.monotonic() + limit_s
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([self._bash.stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                return None
            byte = os.read(self._bash.stdout.fileno(), 1)
            if not byte:
                return ""
            line += byte
        return line.decode().strip()

    def _printed(self, count: int) -> pathlib.Path:
        return self._own / f"{count:03}.printed"

    def sizes(self) -> list[int]:
        """How much each command printed so far; one in the background goes on."""
        return [self._printed(count).stat().st_size for count in range(1, self._count + 1)]

    def since(self, sizes: list[int]) -> str:
        texts = [self._printed(count).read_bytes()[size:] for count, size in enumerate(sizes, 1)]
        return b"".join(texts).decode(errors="replace")

    def errors(self) -> str:
        return pathlib.Path(self._errors.name).read_text(errors="replace")

    def end(self) -> None:
        try:
            os.killpg(self._bash.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._bash.wait()
        self._bash.stdin.close()
        self._bash.stdout.close()
        self._errors.close()

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *_) -> None:
        self.end()


def follow(page: str, shell: Shell, limit_s: float = LIMIT_S) -> None:
    """Fails at the first command that does not do what the page says."""
    for step in steps_of(page):
        sizes = shell.sizes()
        try:
            printed = shell.run(step.script(), limit_s)
        except AssertionError as error:
            raise AssertionError(f"line {step.line}: {error}\n{shell.since(sizes)}") from None
        shown = Step(step.line, step.command) if step.is_file() else step
        if step.command.endswith(" &"):
            assert not step.shown, f"line {step.line}: what a command in the background prints comes when it comes"
            continue
        before = shell.since(sizes)
        if not (shown.fits(printed) or shown.fits(before + printed)):
            wanted = "\n".join(shown.shown)
            raise AssertionError(f"line {step.line}: {step.command}\nprinted:\n{printed}\nthe page shows:\n{wanted}\nmeanwhile:\n{before}")
