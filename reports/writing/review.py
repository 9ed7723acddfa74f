"""The checks before signing, with what the archive knows of the patient."""

from archive.models import Study
from reports.checks import Finding, findings
from reports.content import Content
from reports.models import CriticalResult
from reports.writing.priors import has_priors


def review(content: Content, study: Study) -> list[Finding]:
    """Return what is wrong or doubtful with a report on `study`."""
    critical = CriticalResult.objects.filter(study=study)
    has_critical = critical.exclude(state=CriticalResult.State.CANCELLED).exists()
    return findings(content, study, has_priors=has_priors(study), has_critical=has_critical)
