"""Who a patient is, as far as an object says so."""

import hashlib
from dataclasses import dataclass

from archive.columns import clean
from dicomkit import tags
from dicomkit.dataset import Header
from dicomkit.names import search_key

_IDENTITY_LENGTH = 200
# Between ID and issuer; never part of either, for control characters are cleaned away.
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """The Patient ID with its issuer, and the name, of one object.

    ``key`` is the value of `Patient.identity`: the study's own when there is no Patient ID.
    """

    key: str
    patient_id: str
    issuer: str
    name: str

    def agrees_with(self, patient_id: str, issuer: str) -> bool:
        """Say whether an object of the same study may be of the patient it is filed under.

        The issuer counts only when both state one: modalities drop it from derived objects.
        """
        if self.patient_id != patient_id:
            return False
        return not (self.issuer and issuer) or self.issuer == issuer


def patient_identity(header: Header, study_instance_uid: str) -> PatientIdentity:
    """Return the identity that the header states."""
    patient_id = _whole(header.get_text(tags.PATIENT_ID))
    issuer = _whole(header.get_text(tags.ISSUER_OF_PATIENT_ID))
    name = clean(header.get_text(tags.PATIENT_NAME), 324)
    key = identity_key(patient_id, issuer, study_instance_uid)
    return PatientIdentity(key, patient_id[:64], issuer[:64], name)


def identity_key(patient_id: str, issuer: str, study_instance_uid: str) -> str:
    """Return the value of `Patient.identity`: the study's own when there is no Patient ID."""
    parts = (patient_id, issuer) if patient_id else ("", "", study_instance_uid)
    return _distinct(_SEPARATOR.join(parts))


def same_name(one: str, other: str) -> bool:
    """Say whether two names may be one person's: equal but for case, accents and blanks."""
    keys = [search_key(name.split("=")[0].replace("^", " ")) for name in (one, other)]
    return keys[0] == keys[1] or not all(keys)


def _whole(text: str | None) -> str:
    return clean(text, len(text)) if text else ""


def _distinct(key: str) -> str:
    """Return `key`, in a form that stays distinct when it is longer than its column."""
    if len(key) <= _IDENTITY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: _IDENTITY_LENGTH - len(digest)]}{digest}"
