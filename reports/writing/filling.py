"""What the archive knows already, put into the fields of a template."""

from copy import deepcopy
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from archive.models import Study
from dicomkit.modalities import made_with
from reports.content import Content, nodes
from reports.models import Reading
from reports.writing.priors import earlier_studies

_VALUE_LIMIT = 2000


def filled(content: Content, study: Study) -> Content:
    """Return a template's content with indication and comparison of `study` in their fields."""
    known = {"indication": _indication(study), "comparison": _comparison(study)}
    known["compared-with"] = known["comparison"]
    content = deepcopy(content)
    for section in content["sections"]:
        for node in nodes(section["body"], "field"):
            value = known.get(node["attrs"]["key"])
            if value and node["attrs"]["type"] == "text":
                node["attrs"]["value"] = value[:_VALUE_LIMIT]
    return content


def _indication(study: Study) -> str:
    reading = Reading.objects.filter(study=study).first()
    return " ".join((reading.indication or reading.clinical_history).split()) if reading else ""


def _comparison(study: Study) -> str:
    """Return the earlier study that one would compare with: of a kind with this one, if any."""
    kind = set(made_with(study.modalities))
    earlier = list(earlier_studies(study)[:50])
    of_a_kind = [one for one in earlier if kind & set(made_with(one.modalities))]
    if not earlier:
        return ""
    prior = (of_a_kind or earlier)[0]
    what = prior.description or ", ".join(made_with(prior.modalities))
    try:
        day = date.fromisoformat(prior.study_date)
    except ValueError:
        return what
    return _("%(what)s of %(day)s") % {"what": what, "day": date_format(day, "j F Y")}
