"""Reads every include and every link of the source and fails on an arrow that goes up or round.

A room may use those of lower levels, and nothing of its own level but itself.
"""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEVELS = [
    ["core"],
    ["metrics"],
    ["config"],
    ["runtime"],
    ["scheduler"],
    ["transform"],
    ["models"],
    ["pipeline", "speech"],
    ["admission", "protocol"],
    ["front"],
    ["app", "measure", "batch", "ship", "fetch"],
    ["cli", "capi"],
]
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
LINES_MAX = 500
SOURCE_ENDINGS = {".cpp", ".hpp", ".h", ".cc", ".c"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
LINK = re.compile(r"\bslipway_([a-z]+)(?:_[a-z_]+)?\b")


def sources(*folders: str, root: pathlib.Path = ROOT) -> list[pathlib.Path]:
    return sorted(
        path for folder in folders for path in (root / folder).rglob("*") if path.suffix in SOURCE_ENDINGS
    )


def includes(path: pathlib.Path) -> list[tuple[str, str]]:
    return INCLUDE.findall(path.read_text())


def wrong_arrow(room: str, used: str) -> bool:
    return used != room and used in LEVEL_OF and LEVEL_OF[used] >= LEVEL_OF[room]


def wrong_includes(root: pathlib.Path) -> list[str]:
    found = []
    for path in sources("src", root=root):
        room = path.relative_to(root / "src").parts[0]
        if room not in LEVEL_OF:
            found.append(f"{path.relative_to(root)}: room {room} has no level; give it one in {pathlib.Path(__file__).name}")
            continue
        for _, name in includes(path):
            first = name.split("/")[0]
            if wrong_arrow(room, first):
                found.append(f"{path.relative_to(root)}: includes {name}, but {first} does not lie below {room}")
            elif name.startswith(("../", "backends/", "src/")):
                found.append(f"{path.relative_to(root)}: includes {name}; name the file from its room, as core/error.hpp")
    return found


def wrong_links(root: pathlib.Path) -> list[str]:
    found = []
    for path in sorted((root / "src").rglob("CMakeLists.txt")):
        room = path.relative_to(root / "src").parts[0]
        for used in LINK.findall(path.read_text()):
            if wrong_arrow(room, used):
                found.append(f"{path.relative_to(root)}: links slipway_{used}, but {used} does not lie below {room}")
    return found


def wrong_backend_includes(root: pathlib.Path) -> list[str]:
    """A backend's test is no part of it: it may drive the backend through the program's own rooms."""
    found = []
    for path in sources("backends", root=root):
        if path.stem.endswith("_test"):
            continue
        for quote, name in includes(path):
            own = quote == '"' and (path.parent / name).exists() and ".." not in name
            if name == "slipway/backend.h" or own:
                continue
            if quote == '"' or name.startswith("slipway/") or name.split("/")[0] in LEVEL_OF:
                found.append(f"{path.relative_to(root)}: includes {name}; of Slipway a backend sees slipway/backend.h alone")
    return found


def include_cycles(root: pathlib.Path) -> list[str]:
    graph = {}
    for path in sources("src", root=root):
        graph[path] = [root / "src" / name for _, name in includes(path) if (root / "src" / name).exists()]
    found, done = [], set()

    def visit(path: pathlib.Path, trail: list[pathlib.Path]) -> None:
        if path in trail:
            cycle = trail[trail.index(path) :] + [path]
            found.append(" -> ".join(str(p.relative_to(root)) for p in cycle))
            return
        if path in done:
            return
        for used in graph.get(path, []):
            visit(used, [*trail, path])
        done.add(path)

    for path in graph:
        visit(path, [])
    return found


def report(found: list[str]) -> str:
    return "\n".join(["", *found])


def test_includes_go_down():
    assert (found := wrong_includes(ROOT)) == [], report(found)


def test_links_go_down():
    assert (found := wrong_links(ROOT)) == [], report(found)


def test_backends_see_the_plug_in_header_alone():
    assert (found := wrong_backend_includes(ROOT)) == [], report(found)


def test_no_file_includes_itself_round_a_corner():
    assert (found := include_cycles(ROOT)) == [], report(found)


def test_public_headers_include_nothing_of_the_source():
    found = [
        f"{path.relative_to(ROOT)}: includes {name}"
        for path in sources("include")
        for _, name in includes(path)
        if name.split("/")[0] in LEVEL_OF
    ]
    assert found == [], report(found)


def test_no_file_is_too_long():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources("src", "backends", "include", "bench")
        if (lines := path.read_text().count("\n")) > LINES_MAX
    }
    assert long == {}


@pytest.fixture
def house(tmp_path):
    """A source tree to plant mistakes in."""

    def plant(name: str, text: str) -> pathlib.Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path

    return plant


def test_an_include_that_goes_up_is_found(house):
    root = house("src/core/tensor.cpp", '#include "models/registry.hpp"\n')
    assert wrong_includes(root) == ["src/core/tensor.cpp: includes models/registry.hpp, but models does not lie below core"]


def test_an_include_of_a_neighbour_on_the_same_level_is_found(house):
    root = house("src/protocol/status.cpp", '#include "admission/admission.hpp"\n')
    assert len(wrong_includes(root)) == 1


def test_a_room_without_a_level_is_found(house):
    assert len(wrong_includes(house("src/attic/box.hpp", "#pragma once\n"))) == 1


def test_an_include_that_goes_down_is_not_found(house):
    assert wrong_includes(house("src/front/http/server.cpp", '#include "core/error.hpp"\n')) == []


def test_a_link_that_goes_up_is_found(house):
    root = house("src/config/CMakeLists.txt", "slipway_room(config SRCS a.cpp DEPS slipway_front_http)\n")
    assert len(wrong_links(root)) == 1


def test_a_backend_that_looks_into_the_source_is_found(house):
    root = house("backends/fake/fake.cpp", '#include "slipway/backend.h"\n#include "core/error.hpp"\n#include <vector>\n')
    assert len(wrong_backend_includes(root)) == 1


def test_two_files_that_include_each_other_are_found(house):
    house("src/core/a.hpp", '#include "core/b.hpp"\n')
    root = house("src/core/b.hpp", '#include "core/a.hpp"\n')
    assert include_cycles(root) == ["src/core/a.hpp -> src/core/b.hpp -> src/core/a.hpp"]
