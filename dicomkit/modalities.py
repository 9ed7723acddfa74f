"""Modalities of a study: those that it was made with, and what was added afterwards."""

from typing import Final

# PS3.3 C.7.3.1.1.1: objects that stand beside images, and are never what a study was made for.
BESIDE_IMAGES: Final = frozenset(
    {"SR", "PR", "KO", "SEG", "REG", "DOC", "FID", "RWV", "PLAN", "AU", "ANN", "OT", "RTSTRUCT"}
)


def made_with(modalities: str) -> list[str]:
    r"""Return the modalities of a study's images (``\CT\DOC\PT\``); all when none is an image's."""
    codes = [code for code in modalities.split("\\") if code]
    return [code for code in codes if code not in BESIDE_IMAGES] or codes
