from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.forms import PreferenceForm, choices_in
from notifications.kinds import KINDS
from notifications.models import Preference
from notifications.preferences import known_zones, wishes_of

ZONES = st.sampled_from(sorted(known_zones() - {"localtime", "Factory"}))
MOMENTS = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)
)
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


def preference(start: time, end: time, zone: str = "UTC") -> Preference:
    return Preference(quiet_from=start, quiet_until=end, time_zone=zone)


def test_quiet_hours_over_midnight_end_in_the_morning() -> None:
    wishes = wishes_of(preference(time(22), time(6), "Europe/Berlin"))
    late = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)  # 23:30 there
    assert wishes.quiet_ends(late) == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    early = datetime(2026, 11, 26, 4, 59, tzinfo=UTC)
    assert wishes.quiet_ends(early) == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    assert wishes.quiet_ends(datetime(2026, 11, 26, 5, 0, tzinfo=UTC)) is None


def test_quiet_hours_by_day() -> None:
    wishes = wishes_of(preference(time(12), time(14)))
    assert wishes.quiet_ends(datetime(2026, 1, 1, 11, 59, tzinfo=UTC)) is None
    assert wishes.quiet_ends(datetime(2026, 1, 1, 12, 0, tzinfo=UTC)) == datetime(
        2026, 1, 1, 14, 0, tzinfo=UTC
    )


@given(MOMENTS, CLOCKS, CLOCKS, ZONES)
def test_quiet_ends_after_now_and_within_a_day(now, start, end, zone) -> None:
    wishes = wishes_of(preference(start, end, zone))
    ends = wishes.quiet_ends(now)
    if start == end:
        assert ends is None
    if ends is not None:
        # A change of the clocks moves the end by an hour, on some islands by a whole day.
        assert now - timedelta(hours=2) < ends <= now + timedelta(hours=50)


@given(MOMENTS, CLOCKS, ZONES)
def test_digests_are_a_day_apart(now, clock, zone) -> None:
    wishes = wishes_of(Preference(digest_at=clock, time_zone=zone))
    assert wishes.last_digest(now) <= now < wishes.next_digest(now)


def test_what_is_stored_wrongly_is_what_the_product_has() -> None:
    kind = KINDS["report.final"]
    for choices in ([], {"report.final": 3}, {"report.final": {"mail": "pigeon"}}):
        assert wishes_of(Preference(choices=choices)).mail(kind) == kind.mail
    assert wishes_of(Preference(time_zone="Nowhere/Never")).zone.key == "UTC"


def test_critical_results_are_shown_to_whoever_they_are_for() -> None:
    choices = {key: {"app": False, "mail": "off"} for key in KINDS}
    wishes = wishes_of(Preference(choices=choices))
    shown = {key for key, kind in KINDS.items() if wishes.is_in_app(kind)}
    assert shown == {"critical.reported", "critical.reminded", "critical.escalated"}


def test_the_form_wants_both_ends_and_a_zone_that_exists() -> None:
    whole = {"digest_at": "07:00", "time_zone": "Asia/Tokyo", "quiet_from": "22:00"}
    form = PreferenceForm(whole | {"quiet_until": ""})
    assert "quiet_until" in form.errors
    assert "time_zone" in PreferenceForm(whole | {"time_zone": "../etc/passwd"}).errors
    assert PreferenceForm(whole | {"quiet_until": "06:00"}).is_valid()


def test_the_matrix_takes_known_words_alone() -> None:
    kinds = [KINDS["reading.stat"], KINDS["report.corrected"]]
    data = {"app:reading.stat": "on", "mail:reading.stat": "now", "mail:report.corrected": "x"}
    assert choices_in(data, kinds) == {
        "reading.stat": {"app": True, "mail": "now"},
        "report.corrected": {"app": False, "mail": "now"},
    }
