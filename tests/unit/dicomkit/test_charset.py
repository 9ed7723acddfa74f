"""Specific Character Set: PS3.5 annexes H to K byte by byte, and what devices really send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomkit.charset import codec_of, decode

TERMS = ["100", "101", "109", "110", "126", "127", "138", "144", "148", "166", "203", "13", "192"]


# PS3.5 H.3.1, H.3.2, I.2, J.1, J.2, K.2
@pytest.mark.parametrize(
    ("value", "labels", "text"),
    [
        (
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            ["", "ISO 2022 IR 87"],
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ),
        (
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"
            b"=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
            ["ISO 2022 IR 13", "ISO 2022 IR 87"],
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        ),
        (
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
            ["", "ISO 2022 IR 149"],
            "Hong^Gildong=洪^吉洞=홍^길동",
        ),
        (
            b"Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1",
            ["ISO_IR 192"],
            "Wang^XiaoDong=王^小東",
        ),
        (b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", ["GB18030"], "Wang^XiaoDong=王^小东"),
        (
            b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab",
            ["", "ISO 2022 IR 58"],
            "Zhang^XiaoDong=张^小东",
        ),
        (
            b"\x1b-FDio\xe4\xf6\x1b-L\xbb\xee",
            ["ISO 2022 IR 126", "ISO 2022 IR 144"],
            "Dioδφ" + b"\xbb\xee".decode("iso8859_5"),
        ),
    ],
)
def test_examples_of_the_standard(value, labels, text):
    assert decode(value, labels, person_name=True) == text


@pytest.mark.parametrize("number", TERMS)
def test_every_single_set_round_trips(number):
    codec = codec_of(f"ISO_IR {number}")
    assert codec is not None and codec == codec_of(f"ISO 2022 IR {number}")
    letters = "".join(
        bytes([code]).decode(codec, "ignore") for code in (*range(0x20, 0x7F), *range(0xA1, 0x100))
    )
    text = "".join(
        letter for letter in letters if letter.encode(codec, "ignore").decode(codec) == letter
    )
    assert decode(text.encode(codec), [f"ISO_IR {number}"]) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_unicode_round_trips(text):
    assert decode(text.encode(), ["ISO_IR 192"]) == text
    assert decode(text.encode("gb18030"), ["GB18030"]) == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO_IR 100", "latin_1"),
        ("ISO-IR 100", "latin_1"),
        ("iso ir 100", "latin_1"),
        ("ISO 2022 IR 100", "latin_1"),
        ("UTF-8", "utf_8"),
        ("ISO_IR 999", None),
        ("nonsense", None),
        ("", "ascii"),
    ],
)
def test_labels_as_devices_write_them(label, codec):
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("value", "labels", "text"),
    [
        ("Müller".encode(), [], "Müller"),  # UTF-8 under no label
        ("Öztürk".encode(), ["ISO_IR 100"], "Öztürk"),  # and under a wrong one
        ("Müller".encode("latin_1"), [], "Müller"),
        ("Müller".encode("latin_1"), ["ISO_IR 192"], None),  # unreadable, and no error
        (b"\x1b", ["ISO 2022 IR 87"], None),
        (b"\x1b$", ["", "ISO 2022 IR 87"], None),
        (b"\x1b(X\x1b%G", [], None),
    ],
)
def test_bytes_that_are_not_what_the_label_says(value, labels, text):
    found = decode(value, labels)
    assert isinstance(found, str)
    if text is not None:
        assert found == text


def test_delimiters_return_to_the_first_set():
    value = "홍".encode("euc_kr")
    name = b"\x1b$)C" + value + b"^Gildong"
    assert decode(name, ["", "ISO 2022 IR 149"], person_name=True) == "홍^Gildong"
    text = b"\x1b$)C" + value + b"\\plain"
    assert decode(text, ["", "ISO 2022 IR 149"]) == "홍\\plain"


@given(
    st.lists(st.one_of(st.binary(max_size=6), st.sampled_from([b"\x1b$B", b"\x1b(B", b"\x1b$)C"]))),
    st.lists(st.sampled_from(["", "ISO 2022 IR 87", "ISO 2022 IR 149", "ISO_IR 100", "GBK", "x"])),
)
def test_any_bytes_decode_to_text_that_utf_8_holds(parts, labels):
    text = decode(b"".join(parts), labels, person_name=True)
    text.encode()
