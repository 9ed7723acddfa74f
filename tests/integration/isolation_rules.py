"""Who may do what at every route: the table that test_isolation.py holds against the program.

A route is named as the URL resolver has it (a format suffix of the API aside). Actors stand for
role and facility; the study that the addresses name belongs to North.
"""

from dataclasses import dataclass, field

NOBODY: frozenset[str] = frozenset()
NORTH_STAFF = frozenset({"north desk", "north technician"})
SOUTH_STAFF = frozenset({"south desk", "south technician"})
ADMIN = frozenset({"admin"})
# Who sees the study of North.
SEERS = NORTH_STAFF | ADMIN | {"radiologist"}
WRITERS_OF_REPORTS = ADMIN | {"radiologist"}
# A desk without a facility sees no study at all, and cannot upload.
EVERYBODY = SEERS | SOUTH_STAFF | {"homeless desk"}
# Who sees the figures of every facility.
OVERSEERS = ADMIN | {"radiologist"}
UPLOADERS = NORTH_STAFF | SOUTH_STAFF | ADMIN
# Who accepts, rejects and corrects the study of North.
CHECKERS = ADMIN | {"north technician"}
# Signed in, but held at the door: the password must be changed; or the account is switched off.
HELD = frozenset({"newcomer", "inactive"})
ACTORS = (*sorted(EVERYBODY), "anonymous", *sorted(HELD))
# Who sees the released report of North's study; technicians see no reports.
REPORT_READERS = frozenset({"admin", "radiologist", "north desk"})
ALL_REPORT_READERS = REPORT_READERS | {"south desk", "homeless desk"}
LETTERHEADS = frozenset({"admin", "north desk", "south desk", "homeless desk"})

READS = ("GET", "HEAD")
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Rule:
    """What a route is.

    Parameters
    ----------
    readers : frozenset of str
        Who gets an answer to GET and HEAD.
    writers : dict of str to frozenset
        Who may use which other method. A method that isn't here does nothing for anybody.
    is_public : bool
        Whoever comes gets an answer; nothing in it depends on a patient.
    names_study : bool
        The address names North's study, or a part of it: whoever may not see it is answered
        exactly as for one that doesn't exist.
    may_refuse : bool
        Further conditions (such as a second factor) decide among those whom it is for.
    needs_event_loop : bool
        Asked without one, as these tests do, it says 503 to whoever comes.
    """

    readers: frozenset[str] = NOBODY
    writers: dict[str, frozenset[str]] = field(default_factory=dict)
    is_public: bool = False
    names_study: bool = False
    may_refuse: bool = False
    needs_event_loop: bool = False


PUBLIC = Rule(is_public=True)
SIGNED_IN = Rule(EVERYBODY)
OF_STUDY = Rule(SEERS, names_study=True)
# allauth's own pages about oneself: nothing of a patient there, whatever the method.
ACCOUNT = Rule(EVERYBODY, dict.fromkeys(WRITES, EVERYBODY), may_refuse=True)
_WITH_NEWCOMER = EVERYBODY | {"newcomer"}
PASSWORD = Rule(_WITH_NEWCOMER, dict.fromkeys(WRITES, _WITH_NEWCOMER), may_refuse=True)
ADMINISTRATION = Rule(ADMIN, dict.fromkeys(WRITES, ADMIN), may_refuse=True)
_MANAGED = {"PUT": ADMIN, "PATCH": ADMIN, "DELETE": ADMIN}

_DICOMWEB = "dicom-web/studies/<uid:study>"
_SERIES = f"{_DICOMWEB}/series/<uid:series>"
_INSTANCE = f"{_SERIES}/instances/<uid:instance>"
_UID = "[0-9.]{1,64}"

RULES: dict[str, Rule] = {
    "": SIGNED_IN,
    "accounts/login/": PUBLIC,
    "accounts/signup/": PUBLIC,
    "accounts/inactive/": PUBLIC,
    "accounts/logout/": PUBLIC,
    "accounts/theme/": PUBLIC,
    "accounts/2fa/authenticate/": PUBLIC,
    "accounts/password/change/": PASSWORD,
    "accounts/password/set/": PASSWORD,
    "accounts/reauthenticate/": ACCOUNT,
    "accounts/2fa/": ACCOUNT,
    "accounts/2fa/reauthenticate/": ACCOUNT,
    "accounts/2fa/totp/activate/": ACCOUNT,
    "accounts/2fa/totp/deactivate/": ACCOUNT,
    "accounts/2fa/recovery-codes/": ACCOUNT,
    "accounts/2fa/recovery-codes/generate/": ACCOUNT,
    "accounts/2fa/recovery-codes/download/": ACCOUNT,
    "health/live": PUBLIC,
    "health/ready": PUBLIC,
    "worklist/": SIGNED_IN,
    "worklist/rows/": SIGNED_IN,
    "worklist/upload/": Rule(UPLOADERS | {"homeless desk"}),
    "worklist/upload/files/": Rule(NOBODY, {"POST": UPLOADERS}),
    "media/instances/<str:sop_instance_uid>": OF_STUDY,
    "media/<path:path>": Rule(),
    "viewer/": SIGNED_IN,
    "events/": Rule(EVERYBODY, needs_event_loop=True),
    "dicom-web/studies": Rule(EVERYBODY, {"POST": UPLOADERS}),
    "dicom-web/series": SIGNED_IN,
    "dicom-web/instances": SIGNED_IN,
    "dicom-web/wado": Rule(SEERS, names_study=True),
    _DICOMWEB: Rule(SEERS, {"POST": UPLOADERS}, names_study=True),
    f"{_DICOMWEB}/series": SIGNED_IN,
    f"{_DICOMWEB}/instances": SIGNED_IN,
    f"{_SERIES}/instances": SIGNED_IN,
    **{
        f"{base}{what}": OF_STUDY
        for base in (_DICOMWEB, _SERIES, _INSTANCE)
        for what in ("/metadata", "/pixeldata", "/rendered", "/thumbnail")
    },
    _SERIES: OF_STUDY,
    _INSTANCE: OF_STUDY,
    f"{_INSTANCE}/bulkdata/<path:path>": OF_STUDY,
    f"{_INSTANCE}/frames/<str:frames>": OF_STUDY,
    f"{_INSTANCE}/frames/<str:frames>/rendered": OF_STUDY,
    f"{_INSTANCE}/frames/<str:frames>/thumbnail": OF_STUDY,
    "api/": SIGNED_IN,
    "api/schema/": SIGNED_IN,
    "api/docs/": SIGNED_IN,
    "api/^patients": SIGNED_IN,
    "api/^patients/(?P<pk>[^/.]+)": OF_STUDY,
    "api/^studies": SIGNED_IN,
    f"api/^studies/(?P<study_instance_uid>{_UID})": OF_STUDY,
    "api/^series": SIGNED_IN,
    f"api/^series/(?P<series_instance_uid>{_UID})": OF_STUDY,
    "api/^facilities": Rule(EVERYBODY, {"POST": ADMIN}),
    "api/^facilities/(?P<pk>[^/.]+)": Rule(SEERS, _MANAGED, names_study=True),
    "api/^users": Rule(ADMIN, {"POST": ADMIN}),
    "api/^users/(?P<pk>[^/.]+)": Rule(ADMIN, _MANAGED),
    "api/^users/(?P<pk>[^/.]+)/password": Rule(NOBODY, {"POST": ADMIN}),
    "api/^tokens": Rule(EVERYBODY, {"POST": EVERYBODY}),
    "api/^tokens/(?P<pk>[^/.]+)": Rule(ADMIN, {"DELETE": ADMIN}),  # the token named is the admin's
    "api/^me": SIGNED_IN,
    "api/^peers": Rule(ADMIN, {"POST": ADMIN}),
    "api/^peers/(?P<pk>[0-9]{1,18})": Rule(ADMIN, _MANAGED),
    "api/^peers/(?P<pk>[0-9]{1,18})/echo": Rule(NOBODY, {"POST": ADMIN}),
    "admin/login/": PUBLIC,
    "admin/logout/": PUBLIC,
    # catalogue: templates and macros, for those who write reports (nothing of a patient in them)
    "api/^report-templates": Rule(WRITERS_OF_REPORTS),
    "api/^report-templates/(?P<key>[-a-zA-Z0-9_]{1,80})": Rule(WRITERS_OF_REPORTS),
    "api/^macros": Rule(WRITERS_OF_REPORTS, {"POST": WRITERS_OF_REPORTS}),
    # the macro named is one of everybody's
    "api/^macros/(?P<pk>[0-9]{1,18})": Rule(WRITERS_OF_REPORTS, {"PATCH": ADMIN, "DELETE": ADMIN}),
    # The reading list
    "worklist/counts/": SIGNED_IN,
    "worklist/palette/": SIGNED_IN,
    "worklist/columns/": Rule(NOBODY, {"POST": EVERYBODY}),
    "worklist/views/": Rule(NOBODY, {"POST": EVERYBODY}),
    # Of one's own alone: for anybody else it does not exist.
    "worklist/views/<int:pk>/": Rule(NOBODY, {"POST": EVERYBODY}),
    "worklist/bulk/": Rule(EVERYBODY, {"POST": EVERYBODY}, may_refuse=True),
    "worklist/bulk/<int:pk>/undo/": Rule(NOBODY, {"POST": EVERYBODY}),
    "study/<str:study_instance_uid>/": OF_STUDY,
}

# --- Writing and giving out reports ---------------------------------------------------------
_REPORT = f"api/^reports/(?P<study_instance_uid>{_UID})"
_DESKS = frozenset({"north desk"})
_RADIOLOGIST = frozenset({"radiologist"})
_WRITERS = ADMIN | _RADIOLOGIST
_READ_BY_FACILITY = Rule(_WRITERS | _DESKS, names_study=True)


def _of_report(
    writers: frozenset[str], method: str = "POST", readers: frozenset[str] = NOBODY
) -> Rule:
    return Rule(readers, {method: writers}, names_study=True)


RULES |= {
    _REPORT: _READ_BY_FACILITY,
    f"{_REPORT}/versions/(?P<number>[0-9]{{1,9}})": _READ_BY_FACILITY,
    f"{_REPORT}/versions/(?P<number>[0-9]{{1,9}})/diff/(?P<other>[0-9]{{1,9}})": _READ_BY_FACILITY,
    f"{_REPORT}/priors": Rule(_WRITERS, names_study=True),
    f"{_REPORT}/saves": Rule(_WRITERS, names_study=True),
    f"{_REPORT}/saves/(?P<save_id>[0-9]{{1,18}})": Rule(_WRITERS, names_study=True),
    f"{_REPORT}/draft": _of_report(_WRITERS, "PUT"),
    **{
        f"{_REPORT}/{what}": _of_report(_WRITERS)
        for what in (
            "checks",
            "lease",
            "lease/heartbeat",
            "lease/release",
            "start",
            "draft/discard",
            "assign",
        )
    },
    f"{_REPORT}/sign": _of_report(_RADIOLOGIST),
    f"{_REPORT}/withdraw": _of_report(_RADIOLOGIST),
    f"{_REPORT}/reading": _of_report(_WRITERS | {"north technician"}, "PATCH"),
    "api/^reports/claim-next": Rule(NOBODY, {"POST": _RADIOLOGIST}),
    "api/^reports/likely-next": Rule(_RADIOLOGIST),
    # The technician's page.
    "quality/": Rule(CHECKERS | {"south technician"}),
    "quality/<str:uid>/": Rule(CHECKERS, names_study=True),
    "quality/<str:uid>/instances/": Rule(CHECKERS, names_study=True),
    "quality/<str:uid>/targets/": Rule(CHECKERS, names_study=True),
    **{
        f"quality/<str:uid>/{act}/": Rule(NOBODY, {"POST": CHECKERS})
        for act in ("decide", "undo", "correct", "revert", "move")
    },
    "quality/<str:uid>/request/": Rule(NOBODY, {"POST": CHECKERS | {"radiologist"}}),
}

# --- Notices and critical results -----------------------------------------------------------
_CRITICAL = "critical/<int:pk>/"
_TOLD = _WRITERS | _DESKS

RULES |= {
    "notifications/": SIGNED_IN,
    "notifications/recent/": SIGNED_IN,
    "notifications/read/": Rule(NOBODY, {"POST": EVERYBODY}),
    # The notice that is named is the radiologist's.
    "notifications/<int:pk>/": Rule(_RADIOLOGIST, names_study=True),
    "notifications/preferences/": Rule(EVERYBODY, {"POST": EVERYBODY}),
    # Of another facility the list is empty; who is told of nothing has none.
    "critical/": Rule(_TOLD | {"south desk", "homeless desk"}),
    _CRITICAL: Rule(_TOLD, names_study=True),
    f"{_CRITICAL}acknowledge/": Rule(NOBODY, {"POST": _TOLD}, names_study=True),
    f"{_CRITICAL}cancel/": Rule(NOBODY, {"POST": _WRITERS}, names_study=True),
    "critical/report/<str:study_instance_uid>/": Rule(
        _WRITERS, {"POST": _WRITERS}, names_study=True
    ),
    # The link of a mail: whoever has it. It names North's result, and shows none of its secrets.
    "critical/acknowledge/<str:token>/": PUBLIC,
    f"{_REPORT}/critical": Rule(_WRITERS, {"POST": _WRITERS}, names_study=True),
}

# --- Attachments and the dashboard ------------------------------------------------------------
RULES |= {
    # The file named is one that the administrator attached.
    "attachments/<str:study_instance_uid>/": Rule(SEERS, {"POST": SEERS}, names_study=True),
    "attachments/<str:study_instance_uid>/<int:pk>/download": OF_STUDY,
    "attachments/<str:study_instance_uid>/<int:pk>/preview": OF_STUDY,
    "attachments/<str:study_instance_uid>/<int:pk>/thumbnail": OF_STUDY,
    "attachments/<str:study_instance_uid>/<int:pk>/delete/": Rule(NOBODY, {"POST": ADMIN}),
    "dashboard/": Rule(OVERSEERS),
    "dashboard/tables/<str:table>.csv": Rule(OVERSEERS),
}

# --- Reports on paper --------------------------------------------------------------------------
RULES |= {
    "reports/<str:study_instance_uid>/": Rule(REPORT_READERS, names_study=True),
    "reports/<str:study_instance_uid>/pdf": Rule(REPORT_READERS, names_study=True),
    "reports/print/": Rule(NOBODY, {"POST": ALL_REPORT_READERS}),
    "prints/<str:token>/": PUBLIC,
    "letterhead/": Rule(LETTERHEADS, {"POST": LETTERHEADS}),
    "letterhead/preview/": Rule(NOBODY, {"POST": LETTERHEADS}),
    "letterhead/sample/": Rule(NOBODY, {"POST": LETTERHEADS}),
}

# --- The page of the report editor ----------------------------------------------------------
RULES |= {"report/": Rule(_WRITERS, names_study=True)}

# --- Annotations ------------------------------------------------------------------------------
# Who may draw on images; a technician of South on South's.
_DRAWERS = _WRITERS | {"north technician", "south technician"}
RULES |= {
    "api/^annotations": OF_STUDY,
    # The annotation named is one on North's image, of the administrator.
    "api/^annotations/(?P<uid>[0-9.]{1,64})": Rule(
        SEERS, {"PUT": _DRAWERS, "DELETE": _DRAWERS}, names_study=True
    ),
    "api/^annotations/sr": Rule(NOBODY, {"POST": _DRAWERS}),
    "api/^key-images": Rule(SEERS, {"POST": _DRAWERS}, names_study=True),
}

# --- How studies hang, and where somebody stopped ---------------------------------------------
RULES |= {
    # One's own; nothing of a patient is in it.
    "api/^hangings": SIGNED_IN,
    "api/^hangings/(?P<key>[A-Z0-9+.]{1,84})": Rule(
        NOBODY, {"PUT": EVERYBODY, "DELETE": EVERYBODY}
    ),
    "api/^reading-places/(?P<uid>[0-9.]{1,64})": Rule(
        SEERS, {"PUT": SEERS, "DELETE": SEERS}, names_study=True
    ),
}
# --- Preferences of the viewer ----------------------------------------------------------------
# One's own: they name no study, and nobody else.
RULES |= {"api/viewer-preferences/": Rule(EVERYBODY, {"PUT": EVERYBODY})}
# --- A study as a ZIP file: whoever sees a study may take it along ------------------------------
RULES |= {"viewer/studies/<str:study_instance_uid>/zip": OF_STUDY}


def rule_of(route: str) -> Rule | None:
    """Return the rule of a route; None when nobody has thought about it yet."""
    if route in RULES:
        return RULES[route]
    return ADMINISTRATION if route.startswith("admin/") else None
