"""Reading Vite's manifest."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from viewer import assets as module


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "manifest.json"
    monkeypatch.setattr(module, "MANIFEST", path)
    module._read.cache_clear()
    yield path
    module._read.cache_clear()


def write(path: Path, script: str, *styles: str, modified_ns: int = 1) -> None:
    path.write_text(json.dumps({module.VIEWER: {"file": script, "css": list(styles)}}))
    os.utime(path, ns=(modified_ns, modified_ns))


def test_names_script_and_styles_below_the_static_address(manifest: Path) -> None:
    write(manifest, "assets/main-1.js", "assets/main-2.css")
    found = module.assets()
    assert found.script == "/static/viewer/assets/main-1.js"
    assert found.styles == ("/static/viewer/assets/main-2.css",)


def test_a_new_build_is_noticed(manifest: Path) -> None:
    write(manifest, "assets/old.js", modified_ns=1_000)
    assert module.assets().script.endswith("old.js")
    write(manifest, "assets/new.js", modified_ns=2_000)
    assert module.assets().script.endswith("new.js")


def test_a_missing_build_says_what_to_do(manifest: Path) -> None:
    with pytest.raises(module.FrontEndNotBuiltError, match="npm run build"):
        module.assets()


def test_styles_of_shared_chunks_come_before_the_entry_s_own(manifest: Path) -> None:
    chunks = {
        module.REPORT: {"file": "report.js", "imports": ["_shared"], "css": ["report.css"]},
        "_shared": {"file": "shared.js", "imports": ["_base"], "css": ["shared.css"]},
        "_base": {"file": "base.js", "imports": ["_shared"], "css": ["base.css"]},
    }
    manifest.write_text(json.dumps(chunks))
    found = module.assets(module.REPORT)
    assert found.script == "/static/viewer/report.js"
    assert [style.rpartition("/")[2] for style in found.styles] == [
        "base.css",
        "shared.css",
        "report.css",
    ]


def test_scripts_that_the_entrance_is_sure_to_ask_for_are_named_with_their_styles(
    manifest: Path,
) -> None:
    chunks = {
        module.VIEWER: {"file": "main.js", "imports": ["_base"], "dynamicImports": ["start"]},
        "start": {
            "file": "start.js",
            "imports": ["_base", "_shared"],
            "css": ["start.css"],
            "dynamicImports": ["later"],
        },
        "_base": {"file": "base.js"},
        "_shared": {"file": "shared.js", "css": ["shared.css"]},
        "later": {"file": "later.js", "css": ["later.css"]},
    }
    manifest.write_text(json.dumps(chunks))
    found = module.assets()
    assert {name.rpartition("/")[2] for name in found.preloads} == {
        "base.js",
        "start.js",
        "shared.js",
    }
    assert [style.rpartition("/")[2] for style in found.styles] == ["shared.css", "start.css"]
