"""Durations and rates as people read them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

# Stands where there is no number.
NOTHING = "\N{EN DASH}"


def duration_text(seconds: float) -> str:
    """Return a duration in its two largest units: ``42 min``, ``3 h 05 min``, ``2 d 4 h``."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    days, hours = divmod(hours, 24)
    return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}


def axis_text(seconds: float) -> str:
    """Return a round duration in one unit."""
    if seconds < 3600:
        return _("%(minutes)d min") % {"minutes": round(seconds / 60)}
    if seconds < 2 * 86400:
        return _("%(hours)d h") % {"hours": round(seconds / 3600)}
    return _("%(days)d d") % {"days": round(seconds / 86400)}


def percent_text(percent: float) -> str:
    """Return a rate to a tenth of a per cent."""
    return _("%(number)s %%") % {"number": number_format(percent, 1)}


def count_text(count: int) -> str:
    """Return a count with its thousands kept apart."""
    return number_format(count, force_grouping=True)
