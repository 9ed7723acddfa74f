"""The catalogue: its sources, and how they come into the database."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from reports.catalogue.loading import ensure_catalogue, load_after_migrate
from reports.catalogue.sections_text import sections_text
from reports.catalogue.shelf import FOLDER, macros, templates
from reports.catalogue.source import Source, compile_sections
from reports.content import checked, nodes, report_text
from reports.models import Macro, ReportTemplate

BY_KEY = pytest.mark.parametrize("source", templates(), ids=lambda source: source.key)


def test_there_are_templates_and_macros_enough() -> None:
    assert len(templates()) >= 26
    assert len(macros()) >= 40
    assert [one.key for one in templates()] == [path.stem for path in _files()]


def _files() -> list[Any]:
    return sorted(path for path in FOLDER.glob("*.txt") if path.name != "macros.txt")


@BY_KEY
def test_a_template_has_the_form_of_a_report(source: Source) -> None:
    checked(source.content)
    assert source.edition > 0 and source.modality and source.body_part
    titles = [section["title"] for section in source.content["sections"]]
    assert {"Technique", "Comparison", "Findings", "Impression"} <= set(titles)
    assert all(section["code"] for section in source.content["sections"])
    required = {one["title"] for one in source.content["sections"] if one["required"]}
    assert {"Findings", "Impression"} <= required


@BY_KEY
def test_choices_begin_with_what_may_be_chosen(source: Source) -> None:
    for section in source.content["sections"]:
        for node in nodes(section["body"], "field"):
            field = node["attrs"]
            if field["type"] == "choice" and field["value"]:
                assert field["value"] in field["options"], field["label"]
            if field["type"] == "number":
                assert field["minimum"] < field["maximum"], field["label"]


@BY_KEY
def test_a_table_has_as_many_cells_in_every_row(source: Source) -> None:
    for section in source.content["sections"]:
        for table in nodes(section["body"], "table"):
            assert len({len(row["content"]) for row in table["content"]}) == 1


@BY_KEY
def test_a_template_can_be_edited_as_text_and_stays_what_it_is(source: Source) -> None:
    text = sections_text(source.content)
    assert compile_sections(text, title=source.name, template=source.key) == source.content


@BY_KEY
def test_the_words_are_plain(source: Source) -> None:
    text = report_text(source.content)
    assert not re.search(r"\{|\}|\*\*|___|XXX|  |\.\.(?!\.)", text)


@pytest.mark.django_db
def test_the_catalogue_is_there_after_migrate_and_loading_again_changes_nothing(
    django_assert_num_queries: Any,
) -> None:
    assert ReportTemplate.objects.exclude(edition=0).count() == len(templates())
    assert Macro.objects.filter(owner=None).count() == len(macros())
    with django_assert_num_queries(4):  # two, within a savepoint
        assert ensure_catalogue() == 0


@pytest.mark.django_db
def test_a_new_edition_replaces_ours_and_leaves_the_houses_own() -> None:
    ReportTemplate.objects.filter(key="ct-head").update(edition=99, name="Older", is_active=False)
    ReportTemplate.objects.filter(key="mr-knee").update(edition=0, name="House")
    ReportTemplate.objects.filter(key="xr-chest").delete()
    Macro.objects.filter(trigger="motion", owner=None).update(edition=0, text="House")
    Macro.objects.filter(trigger="metal", owner=None).update(edition=99, text="Older")
    assert ensure_catalogue() == 3
    head = ReportTemplate.objects.get(key="ct-head")
    assert (head.name, head.is_active) == ("CT head", False)  # switched off stays so
    assert ReportTemplate.objects.get(key="mr-knee").name == "House"
    assert ReportTemplate.objects.filter(key="xr-chest").exists()
    assert Macro.objects.get(trigger="motion", owner=None).text == "House"
    assert Macro.objects.get(trigger="metal", owner=None).text != "Older"


@pytest.mark.django_db
def test_migrate_loads_what_is_missing() -> None:
    ReportTemplate.objects.all().delete()
    call_command("migrate", "reports", verbosity=0)
    assert ReportTemplate.objects.count() == len(templates())


@pytest.mark.django_db
def test_without_the_tables_nothing_is_loaded() -> None:
    class NoModels:
        def get_model(self, *names: str) -> Any:
            raise LookupError

    load_after_migrate(apps.get_app_config("reports"), apps=NoModels())  # type: ignore[arg-type]
