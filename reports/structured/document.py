"""A report as an Enhanced SR document, and its withdrawal as a key object selection.

References: PS3.3 A.35.2 (Enhanced SR IOD), C.17.2 (SR Document General Module); PS3.16 TID 2000,
TID 2010; IHE RAD TF-3 4.66 (rejection note).
"""

from collections.abc import Sequence

from highdicom.sr.enum import RelationshipTypeValues
from highdicom.sr.value_types import (
    CodeContentItem,
    ContainerContentItem,
    ContentSequence,
    PnameContentItem,
    TextContentItem,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from archive.models import Instance, Study
from reports.models import ReportVersion
from reports.structured.flags import flags_of
from reports.structured.frame import KOS, SR, dt_value, new_object
from reports.structured.references import Reference, hierarchy, of_images
from reports.structured.tid2000 import clean_text, report_tree, signer_name
from reports.structured.vocabulary import SCHEME, concept

_IS = RelationshipTypeValues
# PS3.16 CID 7010 and CID 7011.
_REJECTED = concept("113001", "DCM", "Rejected for Quality Reasons")
_OTHER = concept("111220", "DCM", "Other failure")


def enhanced_sr(
    study: Study,
    version: ReportVersion,
    sop_instance_uid: str,
    *,
    earlier: list[ReportVersion],
    predecessors: Sequence[Reference],
    images: Sequence[Instance],
) -> Dataset:
    """Return the Enhanced SR document of a signed version.

    Parameters
    ----------
    earlier : list of ReportVersion
        Those before it, oldest first.
    predecessors : sequence of Reference
        The documents of those versions.
    images : sequence of Instance
        Archived images on which measurements of the report were made.
    """
    new = new_object(study, version, SR, sop_instance_uid)
    flags = flags_of(version)
    new.CompletionFlag, new.VerificationFlag = flags.completion, flags.verification
    new.PreliminaryFlag = flags.preliminary
    if flags.verification == "VERIFIED":
        new.VerifyingObserverSequence = [_verifying_observer(study, version)]
    new.ReferencedPerformedProcedureStepSequence = []
    new.PerformedProcedureCodeSequence = []
    if predecessors:
        new.PredecessorDocumentsSequence = hierarchy(study, predecessors)
    if images:
        new.CurrentRequestedProcedureEvidenceSequence = hierarchy(study, of_images(images))
    new.CodingSchemeIdentificationSequence = [_own_scheme()]
    by_uid = {one.sop_instance_uid: one for one in images}
    new.update(report_tree(study, version, earlier, by_uid))
    return new


def _verifying_observer(study: Study, version: ReportVersion) -> Dataset:
    observer = Dataset()
    observer.VerifyingOrganization = study.facility.name[:64]
    observer.VerificationDateTime = dt_value(study, version.signed_at)
    observer.VerifyingObserverName = signer_name(version)
    observer.VerifyingObserverIdentificationCodeSequence = []
    return observer


def _own_scheme() -> Dataset:
    scheme = Dataset()
    scheme.CodingSchemeDesignator = SCHEME
    scheme.CodingSchemeName = "NOCTIS: study descriptions and headings without a code"
    scheme.CodingSchemeResponsibleOrganization = "NOCTIS"
    return scheme


def withdrawal_note(
    study: Study, version: ReportVersion, sop_instance_uid: str, withdrawn: Sequence[Reference]
) -> Dataset:
    """Return the rejection note that a withdrawal leaves: it names the objects to be hidden."""
    new = new_object(study, version, KOS, sop_instance_uid)
    new.ReferencedPerformedProcedureStepSequence = []
    new.CurrentRequestedProcedureEvidenceSequence = hierarchy(study, withdrawn)
    new.ReferencedRequestSequence = []
    root = ContainerContentItem(name=_REJECTED, template_id="2010")
    items = ContentSequence(
        [
            CodeContentItem(
                name=codes.DCM.DocumentTitleModifier,
                value=_OTHER,
                relationship_type=_IS.HAS_CONCEPT_MOD,
            ),
            PnameContentItem(
                name=codes.DCM.PersonObserverName,
                value=signer_name(version),
                relationship_type=_IS.HAS_OBS_CONTEXT,
            ),
            TextContentItem(
                name=codes.DCM.KeyObjectDescription,
                value=clean_text(f"Report withdrawn. {version.reason}"),
                relationship_type=_IS.CONTAINS,
            ),
        ]
    )
    new.update(root)
    new.ContentSequence = [*items, *(_mention(one) for one in withdrawn)]
    return new


def _mention(reference: Reference) -> Dataset:
    """Return an object that the note is about; here it has no concept name (TID 2010)."""
    referenced = Dataset()
    referenced.ReferencedSOPClassUID = reference.sop_class_uid
    referenced.ReferencedSOPInstanceUID = reference.sop_instance_uid
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "COMPOSITE"
    item.ReferencedSOPSequence = [referenced]
    return item
