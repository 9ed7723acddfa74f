"""Doctor's look at pango and the fonts."""

from operations import printing
from operations.findings import Level


def test_what_this_machine_has():
    finding = printing.check_printing()
    assert finding.check == "printing" and finding.level in {Level.OK, Level.WARN}


def test_a_missing_library_is_named_with_the_mend(monkeypatch):
    monkeypatch.setattr(printing, "missing_libraries", lambda: ["libpango-1.0.so.0"])
    finding = printing.check_printing()
    assert finding.level is Level.WARN and "libpango-1.0.so.0" in finding.message
    assert "apt-get install libpango-1.0-0" in finding.mend and "\n" not in finding.mend


def test_missing_fonts_are_named(monkeypatch, tmp_path):
    (tmp_path / "noto").mkdir()
    (tmp_path / "noto" / "NotoSans-Regular.ttf").touch()
    monkeypatch.setattr(printing, "missing_libraries", lambda: [])
    monkeypatch.setattr(printing, "font_folders", lambda: [tmp_path, tmp_path / "none"])
    finding = printing.check_printing()
    assert finding.level is Level.WARN and finding.message == "fonts missing: Noto Sans CJK"


def test_libraries_are_tried(monkeypatch):
    assert printing.missing_libraries(["libc.so.6", "libno-such-thing.so.0"]) == [
        "libno-such-thing.so.0"
    ]
