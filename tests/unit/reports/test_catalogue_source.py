"""The source form: what cannot be read is said, and what can be read can be written again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.catalogue.inline import SourceError
from reports.catalogue.sections_text import sections_text
from reports.catalogue.source import compile_sections, compiled
from reports.content import checked

PIECES = st.sampled_from(
    [
        "# A\n",
        "# B!\n",
        "- ",
        "\n",
        "|",
        "|---|\n",
        "**",
        "\\",
        "### ",
        "1. ",
        "{{",
        "}}",
        ": ",
        "{{a: text}}",
        "{{a!: number mm 0..5 = 3}}",
        "{{a: choice x / y = y}}",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=25))
def test_what_is_written_is_a_report_or_an_error_with_its_line(pieces: list[str]) -> None:
    try:
        content = compile_sections("# S\n" + "".join(pieces), title="t")
    except SourceError as error:
        assert str(error)
        return
    checked(content)
    compile_sections(sections_text(content), title="t")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "key: a\n\n# A\n",
        "key: a\nname: b\nedition: 1\ncolour: red\n\n# A",
        "key: a\nname: b\nedition: 1\n\n|---|",
        "key: a\nname: b\nedition: 1\n\n# A\n|---|",
    ],
)
def test_a_source_that_lacks_something_is_refused(source: str) -> None:
    with pytest.raises(SourceError):
        compiled(source)
