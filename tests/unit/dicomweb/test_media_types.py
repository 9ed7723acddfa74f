"""Reading of Accept and of Content-Type."""

import pytest

from dicomweb.media_types import choose, parse_accept, parse_media_type

OFFERS = ("application/dicom+json", "application/json")


def test_quoted_commas_and_semicolons_do_not_split() -> None:
    (media,) = parse_accept('multipart/related; type="a/b,c;d"; x="\\"q\\""')
    assert media.parameters == {"type": "a/b,c;d", "x": '"q"'}


def test_unquoted_slash_in_type_is_read() -> None:
    (media,) = parse_accept("multipart/related; type=application/octet-stream; transfer-syntax=*")
    assert media.content == "application/octet-stream"
    assert media.transfer_syntax == "*"


def test_weights_order_and_zero_excludes() -> None:
    names = [m.name for m in parse_accept("a/a;q=0.5, b/b, c/c;q=0, d/d;q=0.9, e/e;q=nonsense")]
    assert names == ["b/b", "e/e", "d/d", "a/a"]


@pytest.mark.parametrize("header", ["", "  "])
def test_no_accept_takes_anything(header: str) -> None:
    assert choose(parse_accept(header), OFFERS) == "application/dicom+json"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("*/*", "application/dicom+json"),
        ("*", "application/dicom+json"),
        ("application/*", "application/dicom+json"),
        ("application/json", "application/json"),
        ("text/html, application/dicom+json;q=0.1", "application/dicom+json"),
        ("APPLICATION/DICOM+JSON", "application/dicom+json"),
        ("application/dicom+xml", None),
        ('multipart/related; type="application/dicom+json"', None),
        ("nonsense", None),
        ("applicationx/*", None),
    ],
)
def test_choice_among_json_types(header: str, expected: str | None) -> None:
    assert choose(parse_accept(header), OFFERS) == expected


def test_subtype_range_does_not_reach_into_names() -> None:
    media = parse_media_type("image/*")
    assert media is not None
    assert media.covers("image/png")
    assert not media.covers("imagex/png")


@pytest.mark.parametrize("text", ["", "x", "/x", "x/", "x y/z", "a/b/c"])
def test_what_is_no_media_type(text: str) -> None:
    assert parse_media_type(text) is None
