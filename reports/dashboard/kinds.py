"""Under which modality a study counts: each under one."""

from functools import lru_cache

# What is added to images, and never what a study was made for.
_BESIDE = frozenset(
    {"SR", "PR", "KO", "SEG", "REG", "DOC", "FID", "RWV", "PLAN", "AU", "ANN", "OT", "RTSTRUCT"}
)
# Where two came together, the one that the study is called after: a PET/CT is a PET.
_LEADING = ("PT", "NM", "MG")
OTHER = "OT"


@lru_cache(maxsize=4096)
def modality_of(modalities: str) -> str:
    r"""Return the modality under which a study with these (``\CT\PT\``) counts."""
    codes = [code for code in modalities.split("\\") if code]
    images = [code for code in codes if code not in _BESIDE]
    leading = [code for code in _LEADING if code in images]
    return (leading or images or codes or [OTHER])[0]
