"""Person names and search keys."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomkit.names import NameGroup, PersonName, search_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Müller^Jörg", "muller^jorg"),
        ("ŁUKASZ  Ñandú ", "lukasz nandu"),
        ("Straße", "strasse"),
        ("Ǆ", "dz"),
        ("Ｙａｍａｄａ", "yamada"),  # full width
        ("ﾔﾏﾀﾞ", "ヤマダ"),  # half width, voicing kept
        ("ПЁТР", "петр"),
        ("İstanbul", "istanbul"),
        ("\u05e9\u05c1\u05e8", "\u05e9\u05e8"),  # Hebrew point
        ("สมชาย", "สมชาย"),  # Thai vowels are letters
        ("Øre Æble Þór", "ore aeble thor"),
        ("a\tb\r\nc", "a b c"),
        ("", ""),
    ],
)
def test_search_keys(text, key):
    assert search_key(text) == key


@given(st.text())
def test_a_key_is_its_own_key(text):
    key = search_key(text)
    assert search_key(key) == key
    assert key == key.strip() and "  " not in key


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F)))
def test_case_does_not_matter(text):
    assert search_key(text.upper()) == search_key(text.lower())


@given(
    st.text(st.sampled_from("aeiouyncszAEIOUYNCSZ")), st.sampled_from("\u0301\u0308\u0303\u030c")
)
def test_accents_do_not_matter(text, accent):
    accented = unicodedata.normalize("NFC", accent.join(text) + accent) if text else ""
    assert search_key(accented) == search_key(text)


@pytest.mark.parametrize(
    ("text", "shown", "sorted_"),
    [
        ("Müller^Anna^Maria^Prof^MD", "Prof Anna Maria Müller, MD", "Müller, Anna Maria"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Tarou Yamada", "Yamada, Tarou"),
        ("=山田^太郎", "太郎 山田", ""),
        ("Single", "Single", "Single"),
        ("^Given", "Given", "Given"),
        ("", "", ""),
        ("===", "", ""),
        ("A^B^C^D^E^F", "D B C A, E^F", "A, B C"),
    ],
)
def test_names_as_people_write_them(text, shown, sorted_):
    name = PersonName.parse(text)
    assert name.display() == shown
    assert name.alphabetic.display_sorted() == sorted_


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="^=", categories=("L",)), max_size=5),
            max_size=5,
        ),
        max_size=3,
    )
)
def test_parsing_and_writing_again(groups):
    text = "=".join("^".join(parts).rstrip("^") for parts in groups).rstrip("=")
    name = PersonName.parse(text)
    assert str(name) == text
    assert bool(name) == bool(text)
    assert str(NameGroup.parse(str(name.alphabetic))) == str(name.alphabetic)


def test_keys_of_the_groups():
    keys = PersonName.parse("Ñandú^Łukasz=山田^太郎=やまだ").search_keys()
    assert keys == ("nandu^lukasz", "山田^太郎", "やまだ")
