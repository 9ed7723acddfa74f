"""What became of each object of a store request, in the words of STOW-RS.

References: PS3.18 I (Store Instances Response Module), I.2.2 (Failure Reason), 10.5.3 (status).
"""

from dataclasses import dataclass, field
from enum import IntEnum
from http import HTTPStatus
from typing import Any, Final

from archive.outcome import Outcome, OutcomeKind
from dicomweb.lookup import Names

Item = dict[str, Any]


class FailureReason(IntEnum):
    """Failure Reason (0008,1197), PS3.18 table I.2-2; the low bits are ours.

    docs/conformance.md lists them; C000 to C003 mean the same as for C-STORE.
    """

    PROCESSING_FAILURE = 0x0110
    OUT_OF_RESOURCES = 0xA700
    STUDY_DIFFERS_FROM_URL = 0xA901
    CANNOT_UNDERSTAND = 0xC000
    IDENTITY_MISSING = 0xC001
    LIMIT_EXCEEDED = 0xC002
    CONTENT_CONFLICT = 0xC003


_LIMITS: Final = frozenset(
    {"nesting", "elements", "header-size", "inflate-limit", "value-size", "fragments"}
)


def failure_reason(outcome: Outcome) -> FailureReason:
    """Return the reason to name for an object that wasn't stored as an instance."""
    if outcome.kind is OutcomeKind.QUARANTINED:
        return FailureReason.CONTENT_CONFLICT
    if outcome.reason.startswith(("missing-", "invalid-", "uid-")):
        return FailureReason.IDENTITY_MISSING
    if outcome.reason in _LIMITS:
        return FailureReason.LIMIT_EXCEEDED
    return FailureReason.CANNOT_UNDERSTAND


@dataclass(slots=True)
class StoreReport:
    """Gathers outcomes into the response module.

    Parameters
    ----------
    root : str
        URL of the service, ending in a slash.
    """

    root: str
    stored: list[Item] = field(default_factory=list)
    failed: list[Item] = field(default_factory=list)
    other: list[Item] = field(default_factory=list)
    studies: set[str] = field(default_factory=set)

    def add(self, outcome: Outcome) -> None:
        """Take in what the archive answered for one object."""
        if outcome.is_success:
            self._add_stored(outcome)
        else:
            self.add_failure(
                failure_reason(outcome), outcome.sop_class_uid, outcome.sop_instance_uid
            )

    def _add_stored(self, outcome: Outcome) -> None:
        names = Names(
            outcome.study_instance_uid, outcome.series_instance_uid, outcome.sop_instance_uid
        )
        self.studies.add(outcome.study_instance_uid)
        item = _reference(outcome.sop_class_uid, outcome.sop_instance_uid)
        item["00081190"] = _url(self.root + names.path)
        self.stored.append(item)

    def add_failure(
        self, reason: FailureReason, sop_class_uid: str = "", sop_instance_uid: str = ""
    ) -> None:
        """Take in an object that wasn't stored, by its UIDs as far as it states any."""
        code = {"00081197": {"vr": "US", "Value": [int(reason)]}}
        if sop_instance_uid:
            self.failed.append(_reference(sop_class_uid, sop_instance_uid) | code)
        else:
            self.other.append(code)

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to report yet."""
        return not (self.stored or self.failed or self.other)

    @property
    def status(self) -> int:
        """Return the HTTP status: all stored, some, or none (PS3.18 table 10.5.3-1)."""
        failures = [*self.failed, *self.other]
        if not failures:
            return HTTPStatus.OK if self.stored else HTTPStatus.BAD_REQUEST
        if self.stored:
            return HTTPStatus.ACCEPTED
        codes = {item["00081197"]["Value"][0] for item in failures}
        if codes == {int(FailureReason.OUT_OF_RESOURCES)}:
            return HTTPStatus.INSUFFICIENT_STORAGE
        if codes == {int(FailureReason.PROCESSING_FAILURE)}:
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.CONFLICT

    def module(self) -> Item:
        """Return the Store Instances Response Module as DICOM JSON."""
        url = f"{self.root}studies/{next(iter(self.studies))}" if len(self.studies) == 1 else ""
        members = {"00081190": _url(url)}
        sequences = {"00081198": self.failed, "00081199": self.stored, "0008119A": self.other}
        for tag, items in sequences.items():
            if items:
                members[tag] = {"vr": "SQ", "Value": items}
        return members


def _reference(sop_class_uid: str, sop_instance_uid: str) -> Item:
    """Return the SOP Instance Reference Macro (PS3.3 table 10-11)."""
    return {
        "00081150": {"vr": "UI", "Value": [sop_class_uid]} if sop_class_uid else {"vr": "UI"},
        "00081155": {"vr": "UI", "Value": [sop_instance_uid]},
    }


def _url(url: str) -> Item:
    return {"vr": "UR", "Value": [url]} if url else {"vr": "UR"}
