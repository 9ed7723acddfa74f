"""What stands on paper, part by part, without a press."""

import io
import zlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reports.content import checked
from reports.lifecycle import ReportStatus
from reports.models import Report, VersionKind
from reports.paper.colours import contrast_on_white
from reports.paper.logos import MAX_BYTES, LogoError, clean_logo
from reports.paper.markup import body_html
from reports.paper.persons import written_name
from reports.paper.scripts import direction, han_language
from reports.paper.tokens import new_token, print_number, qr_picture
from reports.paper.versions import State, addenda_of, current_of, released, standing_among
from tests.factories.paper import SIGNED, emblem, right_to_left, section, table, version
from tests.factories.reading import content_of, paragraph


@pytest.mark.parametrize(
    ("text", "runs"),
    [("12 mm", "ltr"), ("12 ملم", "rtl"), ("שלום", "rtl"), ("CT של", "ltr"), ("", "ltr")],
)
def test_direction_is_that_of_the_first_letter(text, runs):
    assert direction(text) == runs


@pytest.mark.parametrize(
    ("text", "language"),
    [("みうら 三浦", "ja"), ("서준호 徐", "ko"), ("脑实质", "zh"), ("brain", ""), ("ﾐｳﾗ", "ja")],
)
def test_han_is_drawn_in_the_forms_of_its_language(text, language):
    assert han_language(text) == language


def test_names_in_two_scripts():
    name = written_name("Miura^Haruka=三浦^遥香=みうら^はるか")
    assert (name.shown, name.local, name.language) == ("Miura, Haruka", "三浦 遥香", "ja")
    assert written_name("الحسيني^أحمد").shown == "الحسيني، أحمد"
    assert written_name("=徐^俊昊=서^준호").language == "ko"


def _body(*blocks):
    return {"type": "doc", "content": list(blocks)}


def test_a_table_repeats_its_head_and_sets_numbers_flush():
    html = body_html(_body(table(("No.", "Kind"), [("1", "solid"), ("12 mm", "cyst")])))
    head, body = html.split("<tbody>")
    assert head.startswith("<table><thead><tr>") and 'class="number"' in head
    assert body.count('<td class="number">') == 2


def test_a_table_of_heads_alone_has_no_head_to_repeat():
    html = body_html(_body(table(("No.", "Kind"), [])))
    assert "<thead>" not in html and "<th>" in html


def test_marks_lists_fields_and_measurements():
    text = {"type": "text", "text": "5 < 6", "marks": [{"type": "bold"}, {"type": "italic"}]}
    optional = {"key": "a", "label": "Size", "type": "text"}
    field = {"type": "field", "attrs": {**optional, "required": True}}
    measured = {"type": "measurement", "attrs": {"annotation": "1", "text": "12 mm"}}
    html = body_html(_body({"type": "paragraph", "content": [text, field, measured]}))
    assert "<em><strong>5 &lt; 6</strong></em>" in html
    assert '<span class="unfilled">[Size]</span>' in html
    assert '<span class="measurement">12 mm</span>' in html
    nothing = body_html(
        _body({"type": "paragraph", "content": [text, {**field, "attrs": optional}]})
    )
    assert "Size" not in nothing and "unfilled" not in nothing


_TEXTS = st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text)


@settings(deadline=None, max_examples=50)
@given(st.lists(_TEXTS, max_size=5), _TEXTS)
def test_no_text_becomes_markup(texts, cell):
    body = _body(*(paragraph(text) for text in texts), table((cell,), [(cell,)]))
    content = {
        "schema": 1,
        "template": "",
        "title": "",
        "sections": [{"key": "a", "title": "A", "body": body}],
    }
    html = body_html(checked(content)["sections"][0]["body"])
    tags = {part.split(">")[0].split(" ")[0] for part in html.split("<")[1:]}
    assert tags <= {
        "p",
        "/p",
        "table",
        "/table",
        "thead",
        "/thead",
        "tbody",
        "/tbody",
        "tr",
        "/tr",
        "th",
        "/th",
        "td",
        "/td",
    }


# --- What has become of a version -------------------------------------------------------------


def _history(*kinds: str):
    return [
        version(content_of(), number, kind, status=_STATUS[kind], report=Report(pk=1))
        for number, kind in enumerate(kinds, start=1)
    ]


_STATUS = {
    VersionKind.PRELIMINARY: ReportStatus.PRELIMINARY,
    VersionKind.FINAL: ReportStatus.FINAL,
    VersionKind.ADDENDUM: ReportStatus.ADDENDED,
    VersionKind.CORRECTION: ReportStatus.CORRECTED,
    VersionKind.WITHDRAWAL: ReportStatus.WITHDRAWN,
}


@pytest.fixture(autouse=True)
def withdrawals_too(monkeypatch):
    """Let the factory make withdrawals."""
    monkeypatch.setattr("tests.factories.paper._STATUS", _STATUS)


@pytest.mark.parametrize(
    ("kinds", "state", "by"),
    [
        (("final",), State.CURRENT, None),
        (("preliminary",), State.PRELIMINARY, None),
        (("preliminary", "preliminary"), State.SUPERSEDED, 2),
        (("preliminary", "final"), State.SUPERSEDED, 2),
        (("final", "addendum"), State.SUPERSEDED, 2),
        (("final", "addendum", "correction"), State.SUPERSEDED, 3),
        (("final", "withdrawal"), State.WITHDRAWN, 2),
        (("final", "correction", "withdrawal", "final"), State.WITHDRAWN, 3),
    ],
)
def test_what_has_become_of_the_first_version(kinds, state, by):
    first, *later = _history(*kinds)
    standing = standing_among(first, later)
    assert standing.state is state
    assert (standing.by.number if standing.by else None) == by
    if by:
        assert standing.since == SIGNED + timedelta(days=by - 1)


@pytest.mark.parametrize(
    ("kinds", "seen"),
    [
        (("preliminary",), []),
        (("preliminary", "final"), [2]),
        (("preliminary", "withdrawal"), []),
        (("preliminary", "withdrawal", "final"), [3]),
        (("final", "withdrawal", "preliminary"), [1, 2]),
        (("final", "withdrawal", "preliminary", "withdrawal"), [1, 2]),
        (("final", "addendum", "withdrawal", "final", "correction"), [1, 2, 3, 4, 5]),
    ],
)
def test_a_facility_sees_what_was_released_and_nothing_of_a_preliminary(kinds, seen):
    assert [one.number for one in released(_history(*kinds))] == seen


_KINDS = st.sampled_from(list(VersionKind))


@settings(deadline=None, max_examples=50)
@given(st.lists(_KINDS, max_size=8))
def test_whatever_happens_a_facility_never_sees_a_preliminary_text(kinds):
    shown = released(_history(*kinds))
    assert all(one.kind != VersionKind.PRELIMINARY for one in shown)
    now = current_of(shown)
    assert now is None or now.status in {"final", "addended", "corrected"}


def test_an_addendum_keeps_the_name_of_who_added_it():
    case = right_to_left()
    added = section("Addendum", "Second.", key="addendum-2", kind="addendum")
    content = {**case.version.content, "sections": [*case.version.content["sections"], added]}
    fourth = version(content, 4, VersionKind.ADDENDUM, signed_name="Dr. Four")
    found = addenda_of(fourth, [*case.earlier, case.version])
    assert [(one.section["key"], one.version.signed_name) for one in found] == [
        ("addendum-1", "Dr. Rana Aziz"),
        ("addendum-2", "Dr. Four"),
    ]


def test_an_addendum_under_the_key_of_one_that_is_gone_is_another():
    plain = content_of()
    added = {
        **plain,
        "sections": [
            *plain["sections"],
            section("Addendum", "A.", key="addendum-1", kind="addendum"),
        ],
    }
    first = version(added, 1, VersionKind.ADDENDUM, signed_name="Dr. One")
    for between in (VersionKind.CORRECTION, VersionKind.WITHDRAWAL):
        content = plain if between == VersionKind.CORRECTION else added
        gone = version(content, 2, between, signed_name="Dr. Two")
        third = version(added, 3, VersionKind.ADDENDUM, signed_name="Dr. Three")
        assert [one.version.signed_name for one in addenda_of(third, [first, gone])] == [
            "Dr. Three"
        ]


# --- Tokens, colours, logos -------------------------------------------------------------------


def test_a_print_number_says_nothing_of_the_token():
    token = new_token()
    assert len(token) == 43
    number = print_number(token)
    assert number == print_number(token) and len(number) == 9
    assert not set(number) & set("ILOU")
    assert print_number(new_token()) != number


def test_a_qr_code_is_a_picture_in_the_page():
    assert qr_picture("https://pacs.example.org/prints/x/").startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54)]
)
def test_contrast_on_white(colour, contrast):
    assert contrast_on_white(colour) == pytest.approx(contrast, abs=0.01)


def _png(size, mode="RGB", **options) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, "PNG", **options)
    return target.getvalue()


def test_a_logo_is_made_anew():
    source = io.BytesIO()
    Image.new("RGB", (3000, 1500), "#aa2200").save(
        source, "JPEG", comment=b"<script>alert(1)</script>", exif=Image.Exif()
    )
    content, kind = clean_logo(io.BytesIO(source.getvalue() + b"PK\3\4 hidden"), 10)
    assert kind == "image/jpeg" and b"script" not in content and b"hidden" not in content
    assert Image.open(io.BytesIO(content)).size == (1000, 500)
    content, kind = clean_logo(io.BytesIO(emblem("#123456")), 10)
    assert kind == "image/png" and Image.open(io.BytesIO(content)).mode == "RGBA"


def _bomb() -> bytes:
    """Return a PNG of a few hundred bytes that says that it is 50000 pixels wide and high."""
    small = _png((1, 1))
    head = small[16:20]
    assert head == b"\0\0\0\1"
    size = (50_000).to_bytes(4, "big")
    chunk = b"IHDR" + size + size + small[24:29]
    return small[:12] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + small[33:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        emblem("red")[:200],
        _png((9000, 10)),
        _bomb(),
        b"\xff\xd8\xff\xe0" + bytes(100),
    ],
    ids=["empty", "gif", "svg", "truncated", "wide", "bomb", "jpeg"],
)
def test_what_is_no_logo_is_refused(content):
    with pytest.raises(LogoError):
        clean_logo(io.BytesIO(content), len(content))


def test_a_large_file_is_not_even_opened():
    with pytest.raises(LogoError, match="larger"):
        clean_logo(io.BytesIO(emblem("red")), MAX_BYTES + 1)


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_logo(content):
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"):
        with pytest.raises(LogoError):
            clean_logo(io.BytesIO(start + content), len(content))
