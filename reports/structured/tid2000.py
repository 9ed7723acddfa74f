"""A report as content items: PS3.16 TID 2000 (Basic Diagnostic Imaging Report).

The order of the items is part of the template.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from highdicom.sr.coding import CodedConcept
from highdicom.sr.enum import RelationshipTypeValues
from highdicom.sr.value_types import (
    CodeContentItem,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    ImageContentItem,
    PnameContentItem,
    TextContentItem,
)
from pydicom.sr.codedict import codes

from archive.models import Instance, Study
from reports.content import Node, nodes, plain_text
from reports.models import ReportVersion
from reports.paper.versions import addenda_of
from reports.structured.vocabulary import (
    ORGANIZATION,
    TITLE,
    element_of,
    heading_of,
    modality_concepts,
    own_concept,
    region_concepts,
)

_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f]"
)  # PS3.5 6.2, UT: of these none but CR, LF
_LANGUAGE: Final = CodedConcept("en", "RFC5646", "English")
_IS = RelationshipTypeValues


def report_tree(
    study: Study,
    version: ReportVersion,
    earlier: list[ReportVersion],
    images: Mapping[str, Instance],
) -> ContainerContentItem:
    """Return the root of a report's content.

    Parameters
    ----------
    earlier : list of ReportVersion
        Those before it, oldest first: they tell who added which addendum.
    images : mapping of str to Instance
        The images that measurements of the report were made on, by SOP Instance UID.
    """
    root = ContainerContentItem(name=TITLE, template_id="2000")
    items = ContentSequence()
    items.extend(_modifiers(study))
    items.extend(_language())
    items.extend(_observer(version, study.facility.name))
    added = {one.section["key"]: one.version for one in addenda_of(version, earlier)}
    for section in version.content["sections"]:
        if text := clean_text(plain_text(section["body"])):
            author = added.get(section["key"])
            items.append(_section(section, text, author, images))
    root.ContentSequence = items
    return root


def clean_text(text: str) -> str:
    """Return a text as UT may hold it (PS3.5 6.2): lines end with CR LF, no other controls."""
    return _CONTROLS.sub(" ", text.replace("\r", "")).replace("\n", "\r\n").strip()


def signer_name(version: ReportVersion) -> str:
    """Return the name that was signed with, as a PN value (PS3.5 6.2.1).

    It is taken apart only while the account still has the same name; else it stays in one piece,
    with the caret that says that this is meant.
    """
    signer = version.signed_by
    if signer.last_name and signer.get_full_name() == version.signed_name:
        return f"{_component(signer.last_name)}^{_component(signer.first_name)}"
    return f"{_component(version.signed_name) or 'unknown'}^"


def _component(text: str) -> str:
    return " ".join(re.sub(r"[\\^=\x00-\x1f]", " ", text).split())[:60]


def measured_images(version: ReportVersion) -> list[str]:
    """Return the SOP Instance UIDs of the images on which the report's measurements were made."""
    uids = [
        uid
        for section in version.content["sections"]
        for node in nodes(section["body"], "measurement")
        if (uid := (node.get("attrs") or {}).get("sop_instance_uid"))
    ]
    return list(dict.fromkeys(uids))


def _modifiers(study: Study) -> Iterable[ContentItem]:
    if study.description:
        yield _code(codes.DCM.ProcedureReported, own_concept(study.description))
    for modality in modality_concepts(study.modalities)[:8]:
        yield _code(codes.DCM.AcquisitionDeviceType, modality)
    for region in region_concepts(study.body_parts)[:8]:
        yield _code(codes.DCM.TargetRegion, region)


def _language() -> Iterable[ContentItem]:
    """PS3.16 TID 1204 (Language of Content Item and Descendants)."""
    yield _code(codes.DCM.LanguageOfContentItemAndDescendants, _LANGUAGE)


def _observer(version: ReportVersion, organization: str = "") -> Iterable[ContentItem]:
    """PS3.16 TID 1001, 1002 and 1003: who says all this; the subject is the patient."""
    yield _code(codes.DCM.ObserverType, codes.DCM.Person, _IS.HAS_OBS_CONTEXT)
    yield PnameContentItem(
        name=codes.DCM.PersonObserverName,
        value=signer_name(version),
        relationship_type=_IS.HAS_OBS_CONTEXT,
    )
    if organization:
        yield TextContentItem(
            name=ORGANIZATION, value=organization, relationship_type=_IS.HAS_OBS_CONTEXT
        )


def _section(
    section: Node, text: str, author: ReportVersion | None, images: Mapping[str, Instance]
) -> ContentItem:
    """Return a heading with its narrative (TID 2002), and on which images that rests (TID 2001)."""
    container = ContainerContentItem(name=heading_of(section), relationship_type=_IS.CONTAINS)
    narrative = TextContentItem(
        name=element_of(section), value=text, relationship_type=_IS.CONTAINS
    )
    if sources := _sources(section, images):
        narrative.ContentSequence = ContentSequence(sources)
    items = ContentSequence(list(_observer(author)) if author else [])
    items.append(narrative)
    container.ContentSequence = items
    return container


def _sources(section: Node, images: Mapping[str, Instance]) -> list[ContentItem]:
    found = []
    seen: set[str] = set()
    for node in nodes(section["body"], "measurement"):
        uid = (node.get("attrs") or {}).get("sop_instance_uid", "")
        if uid in images and uid not in seen:
            seen.add(uid)
            found.append(
                ImageContentItem(
                    name=codes.DCM.SourceOfMeasurement,
                    referenced_sop_class_uid=images[uid].sop_class_uid,
                    referenced_sop_instance_uid=uid,
                    relationship_type=_IS.INFERRED_FROM,
                )
            )
    return found


def _code(
    name: object, value: object, relationship: RelationshipTypeValues = _IS.HAS_CONCEPT_MOD
) -> ContentItem:
    return CodeContentItem(name=name, value=value, relationship_type=relationship)
