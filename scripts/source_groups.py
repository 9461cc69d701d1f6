#!/usr/bin/env python3
"""Which sources may be compiled as one that includes them all: those that define no name twice.

    scripts/source_groups.py SIZE FILE...      a line "number file" for each; up to SIZE files have one number

Most of the time of a compiler, and of what analyses like one, goes into the headers that a source includes.
"""
import re
import sys
from pathlib import Path

# What a file defines at the left margin: types, functions, constants. A name too many costs a little time, no more.
DEFINED = re.compile(
    r"^(?:(?:struct|class|enum class|enum|union|#define) (\w+)"
    r"|(?!namespace|using|return|template)(?:[\w:<>,&*]+ )+[&*]?(\w+)(?:\(| =|\{|;))",
    re.M,
)
# What it names anew or takes over from elsewhere; two files may do so alike.
TAKEN_OVER = re.compile(r"^(?:using|namespace) (?:(\w+) = [^;]+|(?:\w*::)+(\w+));", re.M)
# What it keeps to itself, and what it calls without saying whose it is: the one could be taken for the other.
INTERNAL = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.M | re.S)
CALLED = re.compile(r"(?<![\w:.>~])(\w+)\(")


def names_in(pattern: re.Pattern, text: str) -> set[str]:
    return {name for match in pattern.finditer(text) for name in match.groups() if name}


class Group:
    def __init__(self) -> None:
        self.files: list[Path] = []
        self.names: dict[str, str] = {}  # with what two files must agree on to have the name both
        self.internal: set[str] = set()
        self.called: set[str] = set()

    def takes(self, path: Path) -> bool:
        """Adds a file, unless a name would stand for one thing there and for another here."""
        text = path.read_text()
        names = {name: match[0] for match in TAKEN_OVER.finditer(text) for name in match.groups() if name}
        names |= dict.fromkeys(names_in(DEFINED, text), str(path))
        internal = names_in(DEFINED, "".join(INTERNAL.findall(text)))
        called = names_in(CALLED, text) - names.keys()
        if (
            any(self.names.get(name, what) != what for name, what in names.items())
            or called & self.internal
            or internal & self.called
        ):
            return False
        self.files.append(path)
        self.names |= names
        self.internal |= internal
        self.called |= called
        return True


def source_groups(paths: list[Path], size: int) -> list[list[Path]]:
    groups: list[Group] = []
    for path in sorted(paths):
        if not any(len(group.files) < size and group.takes(path) for group in groups):
            groups.append(Group())
            groups[-1].takes(path)
    return [group.files for group in groups]


if __name__ == "__main__":
    for number, files in enumerate(source_groups([Path(name) for name in sys.argv[2:]], int(sys.argv[1]))):
        for file in files:
            print(number, file)
