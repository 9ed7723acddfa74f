"""Taking over IHE MRRT templates: what a good one becomes, and that a hostile one does nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.catalogue.mrrt import MAX_BYTES, MrrtError, read_mrrt
from reports.content import checked, nodes, report_text

SAMPLE = (Path(__file__).resolve().parents[2] / "data" / "mrrt_chest.html").read_bytes()


def test_a_template_is_taken_over() -> None:
    imported = read_mrrt(SAMPLE)
    assert (imported.title, imported.language) == ("Chest radiograph (sample)", "en")
    sections = imported.content["sections"]
    assert [one["title"] for one in sections] == ["Indication", "Findings", "Impression"]
    assert [one["required"] for one in sections] == [True, False, True]
    assert [one["code"] for one in sections] == ["18785-6", "59776-5", "19005-8"]
    fields = {
        node["attrs"]["label"]: node["attrs"]
        for one in sections
        for node in nodes(one["body"], "field")
    }
    assert fields["Reason"]["required"] and fields["Reason"]["type"] == "text"
    assert fields["Heart size"]["options"] == ["normal", "enlarged"]
    assert fields["Heart size"]["value"] == "normal"
    nodule = fields["Nodule"]
    assert (nodule["unit"], nodule["minimum"], nodule["maximum"], nodule["value"]) == (
        "mm",
        0,
        50,
        "4",
    )
    assert fields["Effusion"]["options"] == ["no", "yes"]
    assert fields["Date of film"]["type"] == "date"
    assert fields["Upper lobe"]["value"] == "clear"
    cells = [
        node["type"] for node in nodes(sections[1]["body"]) if node["type"].startswith("table")
    ]
    assert cells.count("tableHeader") == 2
    assert report_text(imported.content).startswith("INDICATION\nReason: [Reason]")


def test_scripts_and_handlers_are_dropped() -> None:
    text = report_text(read_mrrt(SAMPLE).content)
    assert "Normal & unchanged." in text
    assert not any(word in text for word in ("alert", "color", "onerror", "LOINC", "<"))


def section(inner: str) -> bytes:
    return f"<html><body><section data-section-name='Findings'>{inner}</section>".encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no section"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"<section>\0</section>", "not text"),
        (b"x" * (MAX_BYTES + 1), "larger"),
        (section("<div>" * 100), "too deep"),
        (section("<br>" * 30_000), "too many"),
        (section("<meta name='dcterms.type' content='OTHER'>x"), "type"),
        (section("x" * 5000), "too long"),
        (section("<p>x</p>" * 19_900)[:MAX_BYTES], "too"),
        (b"%PDF-1.7 not a template", "no section"),
    ],
)
def test_what_is_no_template_gets_a_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(MrrtError, match=message):
        read_mrrt(data)


def test_entities_of_a_document_type_are_inert() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        b'<!ENTITY x SYSTEM "file:///etc/passwd">]>' + section("<p>&b; &x; end</p>")
    )
    text = report_text(read_mrrt(bomb).content)
    assert "root:" not in text and "aaaa" not in text and "end" in text


@pytest.mark.parametrize(
    "inner",
    [
        "{{Field: choice}} text",
        "<input name='}}{{x: number' value='{{'>",
        "<select><option>one</select> text",
        "<p># No heading</p>",
        "<p>- no item</p><p>1. no item</p><p>| no row</p>",
        "<script><p>hidden</p></script>shown",
        "</section></body></html></p>",
        "<td>cell</td> text",
        "<table><tr><td>a|b<td>c</table>",
        "<label>x<input value='= y = z'>",
    ],
)
def test_what_looks_like_our_source_is_only_text(inner: str) -> None:
    try:
        checked(read_mrrt(section(f"Seen. {inner}")).content)
    except MrrtError as error:
        assert str(error)


PIECES = st.sampled_from(
    [
        "<section data-section-name='A'>",
        "</section>",
        "<p>",
        "</p>",
        "<table><tr><td>",
        "</table>",
        "<select><option selected>x<option>y</select>",
        "<input type=checkbox name=q>",
        "<textarea>",
        "</textarea>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "{{",
        "}}",
        "&lt;",
        "text",
        "**",
        "# ",
        "<label for=a>",
        "|",
        "\n",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40))
def test_whatever_comes_is_a_template_or_a_clear_error(pieces: list[str]) -> None:
    data = ("<html><body>" + "".join(pieces)).encode("utf-8", "replace")
    try:
        content = read_mrrt(data).content
    except MrrtError as error:
        assert str(error)
    else:
        checked(content)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_bytes_are_a_clear_error(data: bytes) -> None:
    try:
        read_mrrt(data)
    except MrrtError as error:
        assert str(error)
