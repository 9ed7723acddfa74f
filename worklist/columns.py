"""The columns of the list: which there are, who may have them, and which each has chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from worklist.models import CustomUser, ListColumns, UserRole
from worklist.sight import Sight


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `sort` is the order that its heading gives, blank for none."""

    key: str
    label: Any
    sort: str = ""
    # Nobody sees whose a row is without it.
    is_fixed: bool = False

    @property
    def template(self) -> str:
        """The template of its cell."""
        return f"worklist/cells/{self.key}.html"


COLUMNS: Final[dict[str, Column]] = {
    column.key: column
    for column in (
        Column("thumb", _("Preview")),
        Column("priority", _("Priority"), "priority"),
        Column("patient", _("Patient"), "name", is_fixed=True),
        Column("age", _("Age / sex")),
        Column("id", _("Patient ID"), "id"),
        Column("modality", _("Modality"), "modality"),
        Column("body_part", _("Body part")),
        Column("description", _("Description"), "description"),
        Column("date", _("Study date"), "date"),
        Column("accession", _("Accession"), "accession"),
        Column("images", _("Images"), "images"),
        Column("facility", _("Facility")),
        Column("referring", _("Referring physician")),
        Column("received", _("Received"), "received"),
        Column("status", _("Status"), "status"),
        Column("quality", _("Quality")),
        Column("assigned", _("Assigned to")),
        Column("clock", _("Due"), "due"),
    )
}
_READER: Final = (
    *("priority", "thumb", "patient", "age", "modality", "body_part", "description"),
    *("images", "facility", "referring", "received", "status", "assigned", "clock"),
)
_DEFAULTS: Final[dict[str, tuple[str, ...]]] = {
    UserRole.ADMIN: _READER,
    UserRole.RADIOLOGIST: _READER,
    UserRole.TECHNICIAN: (
        *("priority", "thumb", "patient", "age", "modality", "body_part", "description", "date"),
        *("images", "received", "quality", "status", "clock"),
    ),
    UserRole.FACILITY: (
        *("thumb", "patient", "age", "modality", "description", "date", "accession", "referring"),
        *("images", "priority", "received", "status"),
    ),
}


def possible_columns(user: Any) -> list[Column]:
    """Return the columns that `user` may have."""
    sight = Sight.of(user)
    hidden = set()
    if not sight.assignment:
        hidden.add("assigned")
    if not sight.quality:
        hidden.add("quality")
    if not user.has_perm("archive.view_all_facilities"):
        hidden.add("facility")
    return [column for key, column in COLUMNS.items() if key not in hidden]


def columns_of(user: CustomUser) -> list[Column]:
    """Return the columns that the list has for `user`, in their order."""
    possible = {column.key: column for column in possible_columns(user)}
    chosen = chosen_columns(user) or default_columns(user.role)
    return [possible[key] for key in chosen if key in possible]


def chosen_columns(user: CustomUser) -> list[str]:
    """Return the keys of what `user` has chosen; nothing before there was a choice."""
    row = ListColumns.objects.filter(user=user).first()
    return list(row.columns) if row else []


def default_columns(role: str) -> tuple[str, ...]:
    """Return what a role sees before it chooses."""
    return _DEFAULTS.get(role, _DEFAULTS[UserRole.FACILITY])


def choose_columns(user: CustomUser, keys: Iterable[str]) -> None:
    """Keep the user's choice; none at all gives back the default."""
    possible = {column.key for column in possible_columns(user)}
    chosen = [key for key in dict.fromkeys(keys) if key in possible]
    if not chosen:
        ListColumns.objects.filter(user=user).delete()
        return
    fixed = [key for key, column in COLUMNS.items() if column.is_fixed and key not in chosen]
    ListColumns.objects.update_or_create(user=user, defaults={"columns": [*fixed, *chosen]})
