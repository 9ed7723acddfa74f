"""What people can be told of: one table, from which audiences, preferences and mails follow."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event of which somebody is told.

    Parameters
    ----------
    key : str
        The event's topic.
    label : str
        What it is called in the preferences.
    sentence : str
        What a mail says of it: nothing of a patient.
    needs : str
        Permission without which nobody is told, nor asked for preferences.
    everybody : bool
        Everybody with the permission hears of it, as far as they see its facility.
    at_home_only : bool
        Of those only who belongs to the event's facility.
    payload_users : tuple of str
        Members of the payload that hold the key of a user who is told.
    involved : str
        Name of a registered way to find the users involved (`notifications.audiences`).
    mail : str
        How mail is sent unless the user chooses: ``now``, ``digest`` or ``off``.
    is_pressing : bool
        It is for now: a toast.
    has_sound : bool
        It is heard, where the user wants that.
    breaks_quiet : bool
        It comes in quiet hours too.
    at_least_once : bool
        After a crash its mail is rather sent twice than not at all.
    """

    key: str
    label: Text
    sentence: Text
    needs: str = "archive.view_study"
    everybody: bool = False
    at_home_only: bool = False
    payload_users: tuple[str, ...] = ()
    involved: str = ""
    mail: str = "off"
    is_pressing: bool = False
    has_sound: bool = False
    breaks_quiet: bool = False
    at_least_once: bool = False


_READS = "reports.sign_report"
_SEES_FINAL = "reports.view_final_report"


def _released(key: str, label: Text, sentence: Text, mail: str = "digest") -> Kind:
    """Return a kind that a facility hears of when a report of its own is released."""
    return Kind(key, label, sentence, _SEES_FINAL, everybody=True, at_home_only=True, mail=mail)


def _critical(key: str, label: Text, sentence: Text, *, at_home_only: bool = False) -> Kind:
    return Kind(
        key,
        label,
        sentence,
        _SEES_FINAL,
        at_home_only=at_home_only,
        involved="critical",
        mail="now",
        is_pressing=True,
        has_sound=True,
        breaks_quiet=True,
        at_least_once=True,
    )


KINDS: Final[dict[str, Kind]] = {
    kind.key: kind
    for kind in (
        Kind(
            "reading.stat",
            _("A study became STAT"),
            _("A study was given the priority STAT."),
            _READS,
            everybody=True,
            is_pressing=True,
            has_sound=True,
        ),
        Kind(
            "reading.assigned",
            _("A study was assigned to you"),
            _("A study was assigned to you."),
            "reports.write_report",
            payload_users=("reader_id",),
            mail="digest",
            is_pressing=True,
        ),
        Kind(
            "draft.taken_over",
            _("Somebody took over your draft"),
            _("A draft of yours was taken over."),
            "reports.write_report",
            payload_users=("from_id",),
            is_pressing=True,
        ),
        Kind(
            "study.rejected",
            _("A study was rejected"),
            _("A study was rejected by quality control."),
            "reports.check_quality",
            everybody=True,
            at_home_only=True,
            mail="digest",
        ),
        _released("report.final", _("A report is final"), _("A report is final.")),
        _released(
            "report.addended", _("A report has an addendum"), _("A report was given an addendum.")
        ),
        _released(
            "report.corrected",
            _("A report was corrected"),
            _("A report was corrected; earlier prints are superseded."),
            mail="now",
        ),
        _released(
            "report.withdrawn",
            _("A report was withdrawn"),
            _("A report was withdrawn; its prints are not valid any more."),
            mail="now",
        ),
        _critical(
            "critical.reported",
            _("A critical result was reported"),
            _("A critical result was reported. Please acknowledge it."),
            at_home_only=True,
        ),
        _critical(
            "critical.reminded",
            _("A critical result still waits"),
            _("A critical result has not been acknowledged yet."),
        ),
        _critical(
            "critical.escalated",
            _("A critical result was escalated"),
            _("A critical result was not acknowledged in time."),
        ),
        Kind(
            "critical.acknowledged",
            _("A critical result was acknowledged"),
            _("A critical result was acknowledged."),
            "reports.report_critical",
            involved="critical",
            is_pressing=True,
        ),
        Kind(
            "attachment.added",
            _("A file was attached to a study that you read"),
            _("A file was attached to a study."),
            "reports.write_report",
            involved="assigned-reader",
        ),
        Kind(
            "system.problem",
            _("Something in the system needs attention"),
            _("Something in the system needs attention."),
            "operations.view_status",
            everybody=True,
            mail="now",
        ),
    )
}


def is_told(topic: str) -> bool:
    """Say whether anybody is ever told of events of this topic."""
    return topic in KINDS
