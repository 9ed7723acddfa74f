from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actors import SYSTEM
from reports.models import DraftSave
from reports.writing.saves import prune, set_aside
from tests.factories.reading import content_of, make_report


@pytest.fixture
def report(study):
    return make_report(study)


def saved(report, user, minutes_ago, **columns):
    # Off the edges of the ten minutes, so that the clock decides nothing.
    hour = timezone.now().replace(minute=5, second=0, microsecond=0) - timedelta(hours=5)
    return DraftSave.objects.create(
        report=report,
        number=1,
        content=content_of(),
        saved_by=user,
        saved_at=hour + timedelta(minutes=-minutes_ago),
        **columns,
    )


def test_of_ten_minutes_the_last_state_of_each_reader_stays(report, rita, omar):
    first, second = saved(report, rita, 3), saved(report, rita, 1)
    other = saved(report, omar, 2)
    earlier = saved(report, rita, 31)
    side = saved(report, rita, 2, is_side=True)
    fresh = [
        DraftSave.objects.create(report=report, number=n, content={}, saved_by=rita) for n in (1, 2)
    ]
    assert prune(report, timezone.now()) == 1
    left = set(DraftSave.objects.values_list("pk", flat=True))
    assert first.pk not in left
    assert left == {one.pk for one in (second, other, earlier, side, *fresh)}
    assert prune(report, timezone.now()) == 0


def test_the_same_text_is_kept_beside_once(report, study, rita):
    texts = [content_of(findings="A"), content_of(findings="A"), content_of(findings="B")]
    sides = [set_aside(report, study, text, rita, "stale-lease", SYSTEM) for text in texts]
    assert sides[0] == sides[1] != sides[2]
