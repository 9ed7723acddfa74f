"""Under which modality a study counts: each under one."""

from functools import lru_cache

from dicomkit.modalities import made_with

# Where two came together, the one that the study is called after: a PET/CT is a PET.
_LEADING = ("PT", "NM", "MG")
OTHER = "OT"


@lru_cache(maxsize=4096)
def modality_of(modalities: str) -> str:
    r"""Return the modality under which a study with these (``\CT\PT\``) counts."""
    codes = made_with(modalities)
    leading = [code for code in _LEADING if code in codes]
    return (leading or codes or [OTHER])[0]
