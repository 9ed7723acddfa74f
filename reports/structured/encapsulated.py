"""A report's PDF as a DICOM object.

References: PS3.3 A.45.1 (Encapsulated PDF IOD), C.24.2 (Encapsulated Document Module).
"""

from pydicom.dataset import Dataset

from archive.models import Study
from reports.models import ReportVersion
from reports.structured.flags import flags_of
from reports.structured.frame import PDF, local_time, new_object
from reports.structured.vocabulary import TITLE


def encapsulated_pdf(
    study: Study, version: ReportVersion, sop_instance_uid: str, pdf: bytes
) -> Dataset:
    """Return the Encapsulated PDF of a signed version."""
    new = new_object(study, version, PDF, sop_instance_uid)
    new.ConversionType = "WSD"  # workstation, PS3.3 C.8.6.1
    new.AcquisitionDateTime = f"{local_time(study, version.signed_at):%Y%m%d%H%M%S}"
    new.BurnedInAnnotation = "YES"
    new.RecognizableVisualFeatures = "NO"
    new.VerificationFlag = flags_of(version).verification
    new.DocumentTitle = f"{version.get_kind_display()} ({version.number})"
    new.ConceptNameCodeSequence = [TITLE]
    new.MIMETypeOfEncapsulatedDocument = "application/pdf"
    new.EncapsulatedDocumentLength = len(pdf)
    new.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return new
