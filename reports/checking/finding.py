"""What a check says."""

from dataclasses import dataclass
from typing import Final

BLOCKING: Final = "blocking"
WARNING: Final = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check found.

    Parameters
    ----------
    code : str
        What kind of finding; a warning that is overruled is named by it.
    severity : str
        ``blocking`` (nothing is signed) or ``warning`` (the reader may overrule it).
    section : str
        Key of the section, blank for the whole report.
    message : str
        A sentence for the reader.
    """

    code: str
    severity: str
    section: str
    message: str
