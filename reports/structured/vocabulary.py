"""Codes of reports: headings, elements, modalities and regions.

References: PS3.16 CID 7001 (Diagnostic Imaging Report Headings), CID 7002 (Diagnostic Imaging
Report Elements), CID 29 (Acquisition Modality), Annex L (body parts).
"""

import hashlib
from typing import Final

from highdicom.sr.coding import CodedConcept
from pydicom.sr.codedict import codes

SCHEME: Final = "99NOCTIS"
_MEANING_LENGTH: Final = 64  # LO, PS3.5 6.2


def concept(value: str, scheme: str, meaning: str) -> CodedConcept:
    """Return a code of a scheme."""
    return CodedConcept(value, scheme, meaning)


def own_concept(meaning: str) -> CodedConcept:
    """Return a code of our own for what has none: the same words have the same code."""
    words = " ".join(meaning.replace("\\", "/").split())[:_MEANING_LENGTH]
    digest = hashlib.sha256(words.casefold().encode()).hexdigest()
    return CodedConcept(f"N{digest[:12]}", SCHEME, words)


TITLE: Final = concept("18748-4", "LN", "Diagnostic Imaging Report")
ADDENDUM: Final = CodedConcept.from_code(codes.LN.Addendum)
ORGANIZATION: Final = concept("121009", "DCM", "Person Observer's Organization Name")
HEADINGS: Final[dict[str, str]] = {
    code.value: code.meaning for code in codes.cid7001.concepts.values()
}
# What a section without a code is, by the first word of its title.
_BY_TITLE: Final = {
    "clinical": codes.LN.ClinicalInformation,
    "history": codes.LN.History,
    "indication": codes.LN.IndicationsForProcedure,
    "indications": codes.LN.IndicationsForProcedure,
    "technique": codes.LN.CurrentProcedureDescriptions,
    "procedure": codes.LN.CurrentProcedureDescriptions,
    "comparison": codes.LN.PreviousFindings,
    "findings": codes.LN.Findings,
    "impression": codes.LN.Impressions,
    "conclusion": codes.LN.Conclusions,
    "recommendation": codes.LN.Recommendations,
    "recommendations": codes.LN.Recommendations,
    "complications": codes.LN.Complications,
    "summary": codes.LN.Summary,
    "addendum": codes.LN.Addendum,
}
_ELEMENTS: Final = {
    codes.LN.Impressions.value: codes.cid7002.Impression,
    codes.LN.Conclusions.value: codes.cid7002.Conclusion,
    codes.LN.Recommendations.value: codes.cid7002.Recommendation,
    codes.LN.PreviousFindings.value: codes.cid7002.PreviousFinding,
    codes.LN.CurrentProcedureDescriptions.value: codes.cid7002.ProcedureDescription,
    codes.LN.History.value: codes.cid7002.History,
    codes.LN.ClinicalInformation.value: codes.cid7002.History,
    codes.LN.IndicationsForProcedure.value: codes.cid7002.Request,
    codes.LN.Summary.value: codes.cid7002.Summary,
}
_FINDING: Final = codes.cid7002.Finding

_MODALITIES: Final = {code.value: code for code in codes.cid29.concepts.values()}
_REGIONS: Final = {
    "CHEST": codes.SCT.Chest,
    "ABDOMEN": codes.SCT.Abdomen,
    "PELVIS": codes.SCT.Pelvis,
    "SPINE": codes.SCT.Spine,
    "CSPINE": codes.SCT.CervicalSpine,
    "TSPINE": codes.SCT.ThoracicSpine,
    "LSPINE": codes.SCT.LumbarSpine,
    "SKULL": codes.SCT.Skull,
    "SHOULDER": codes.SCT.Shoulder,
    "HIP": codes.SCT.Hip,
    "KNEE": codes.SCT.Knee,
    "FOOT": codes.SCT.Foot,
    "LIVER": codes.SCT.Liver,
    "KIDNEY": codes.SCT.Kidney,
    "HEAD": codes.SCT.Head,
    "BRAIN": codes.SCT.Brain,
    "NECK": codes.SCT.Neck,
    "HAND": codes.SCT.Hand,
    "BREAST": codes.SCT.Breast,
    "HEART": codes.SCT.Heart,
}


def heading_of(section: dict[str, str]) -> CodedConcept:
    """Return the code of a section's heading."""
    if section.get("kind") == "addendum":
        return ADDENDUM
    code = _code_of(section)
    return concept(code, "LN", HEADINGS[code]) if code else own_concept(section["title"])


def element_of(section: dict[str, str]) -> CodedConcept:
    """Return the code of what is said under a heading."""
    return CodedConcept.from_code(_ELEMENTS.get(_code_of(section), _FINDING))


def _code_of(section: dict[str, str]) -> str:
    code = section.get("code", "")
    if code in HEADINGS:
        return code
    word = (section["title"].lower().split() or [""])[0].strip(":.,;")
    return str(_BY_TITLE[word].value) if word in _BY_TITLE else ""


def modality_concepts(modalities: str) -> list[CodedConcept]:
    """Return the codes of modalities as the index keeps them (between backslashes)."""
    found = [_MODALITIES.get(code) for code in modalities.split("\\")]
    return [CodedConcept.from_code(code) for code in found if code is not None]


def region_concepts(body_parts: str) -> list[CodedConcept]:
    """Return the codes of body parts as the index keeps them."""
    found = [_REGIONS.get(part.upper()) for part in body_parts.split("\\")]
    return [CodedConcept.from_code(code) for code in found if code is not None]
