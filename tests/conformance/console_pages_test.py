"""What follows the pages of the documentation notices when one is wrong."""
import os

import pytest

from console_pages import Shell, follow, steps_of
from program import wait_until


@pytest.fixture
def shell(tmp_path):
    own = tmp_path / "own"
    folder = tmp_path / "folder"
    own.mkdir()
    folder.mkdir()
    with Shell(folder, own, dict(os.environ)) as running:
        yield running


def console(*lines: str) -> str:
    return "\n".join(["# A page", "", "```console", *lines, "```", "", "Text.", ""])


RIGHT = {
    "one line": ["$ echo a b", "a b"],
    "nothing": ["$ true"],
    "a part of a line": ["$ echo '{\"a\": 3, \"b\": 4}'", "{…\"b\": 4}"],
    "any lines before": ["$ seq 5", "…", "5"],
    "no line before": ["$ echo 5", "…", "5"],
    "errors are printed, too": ["$ ls nothing || echo none", "…No such file…", "none"],
    "one shell": ["$ x=7 && cd /", "$ echo $x $PWD", "7 /"],
    "a file": ["$ cat > f", "a $x 'b'", "", "c", "$ wc -l < f", "3", "$ head -n 1 f", "a $x 'b'"],
    "characters of patterns": ["$ echo 'a.b* (c) [d]'", "a.b* (c) [d]"],
    "a job's last words": ["$ { trap 'echo bye; exit' TERM; touch up; while :; do sleep 0.01; done; } &",
                           "$ until [ -e up ]; do sleep 0.01; done", "$ kill %1 && wait %1", "bye"],
}
WRONG = {
    "another line": (["$ echo a", "b"], "line 4: echo a"),
    "more is shown": (["$ echo a", "a", "b"], "line 4: echo a"),
    "more is printed": (["$ seq 2", "1"], "line 4: seq 2"),
    "nothing is shown": (["$ echo a"], "line 4: echo a"),
    "the second": (["$ true", "$ echo xyz", "x…y"], "line 5: echo xyz"),
    "it fails": (["$ (echo no; exit 3)", "no"], "line 4: ended with 3"),
    "there is no such command": (["$ no-such-program"], "line 4: ended with 127"),
    "it never ends": (["$ sleep 1000"], "line 4: not within 0.3 s"),
    "the shell ends": (["$ exit 0"], "line 4: the shell ended"),
}


@pytest.mark.parametrize("lines", RIGHT.values(), ids=RIGHT)
def test_a_page_that_is_right(shell, lines):
    follow(console(*lines), shell)


@pytest.mark.parametrize("lines, fault", WRONG.values(), ids=WRONG)
def test_a_page_that_is_wrong(shell, lines, fault):
    with pytest.raises(AssertionError, match=fault):
        follow(console(*lines), shell, limit_s=0.3 if "never" in fault or "within" in fault else 20)


def test_other_blocks_are_not_followed():
    page = console("$ echo a", "a") + "```\n$ rm -r /\n```\n" + console("$ echo b", "b")
    assert [(step.line, step.command, step.shown) for step in steps_of(page)] == [(4, "echo a", ["a"]), (15, "echo b", ["b"])]


def test_with_the_shell_ends_what_it_started(shell):
    started = int(shell.run("sleep 1000 & echo $!"))
    os.kill(started, 0)
    shell.end()
    wait_until(lambda: not alive(started), "ended")


def alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
