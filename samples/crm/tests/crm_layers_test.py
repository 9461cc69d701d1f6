"""Reads every include and link of the CRM: business rules know no SQL and no HTTP, and nothing of Slipway's source is used."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
SLIPWAY_ROOMS = {path.name for path in (ROOT.parents[1] / "src").iterdir() if path.is_dir()} | {"slipway"}
# What each layer may use: its own files, and those of the layers named.
USES = {
    "business": {"business"},
    "json": {"json", "business"},
    "data": {"data", "json", "business"},
    "speech": {"speech", "business"},
    "presentation": {"presentation", "json", "business"},
}
LIBRARIES = {  # that belong to one layer alone
    "sqlite3.h": "data",
    "libpq-fe.h": "data",
    "boost/beast": "presentation speech",
    "boost/asio": "presentation speech",
    "boost/json": "presentation speech data json",
}
LINES_MAX = 400
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
LINK = re.compile(r"\bcrm_([a-z]+)\b")


def wrong_includes(root: pathlib.Path) -> list[str]:
    found = []
    for layer, uses in USES.items():
        for path in sorted([*(root / layer).glob("*.cpp"), *(root / layer).glob("*.hpp")]):
            for name in INCLUDE.findall(path.read_text()):
                first = name.split("/")[0]
                where = f"{layer}/{path.name} includes {name}"
                if first in USES and first not in uses or name.startswith(".."):
                    found.append(where)
                elif "/" in name and first in SLIPWAY_ROOMS - set(USES):
                    found.append(f"{where}: a sample uses nothing of Slipway but its address")
                found += [where for library, layers in LIBRARIES.items() if name.startswith(library) and layer not in layers.split()]
    return found


def wrong_links(root: pathlib.Path) -> list[str]:
    found = []
    for layer, uses in USES.items():
        text = (root / layer / "CMakeLists.txt").read_text() if (root / layer / "CMakeLists.txt").exists() else ""
        found += [f"{layer} links crm_{used}" for used in LINK.findall(text) if used in USES and used not in uses]
    return found


def test_arrows_go_one_way():
    assert wrong_includes(ROOT) + wrong_links(ROOT) == []


def test_no_sql_outside_of_data():
    sql = re.compile(r'"[^"\n]*\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b')
    found = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/*.cpp")
        if path.parent.name != "data" and not path.stem.endswith("_test") and sql.search(path.read_text())
    ]
    assert found == []


def test_no_file_is_too_long():
    files = [*ROOT.glob("*/*.cpp"), *ROOT.glob("*/*.hpp"), *ROOT.glob("*.cpp")]
    assert len(files) > 30
    assert {path.name: lines for path in files if (lines := path.read_text().count("\n")) > LINES_MAX} == {}


@pytest.mark.parametrize(
    "file, include",
    [
        ("business/records.cpp", "data/sql_store.hpp"),
        ("business/records.cpp", "sqlite3.h"),
        ("business/records.cpp", "boost/beast/http.hpp"),
        ("data/sql.cpp", "presentation/api.hpp"),
        ("data/sql.cpp", "speech/speech_client.hpp"),
        ("presentation/api.cpp", "data/sql_store.hpp"),
        ("presentation/api.cpp", "core/error.hpp"),
    ],
)
def test_a_wrong_arrow_is_found(tmp_path, file, include):
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(f"#include <{include}>\n")
    assert len(wrong_includes(tmp_path)) == 1


def test_a_wrong_link_is_found(tmp_path):
    (tmp_path / "business").mkdir()
    (tmp_path / "business" / "CMakeLists.txt").write_text("crm_layer(business SRCS a.cpp DEPS crm_data)\n")
    assert wrong_links(tmp_path) == ["business links crm_data"]
