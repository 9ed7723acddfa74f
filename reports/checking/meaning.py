"""Checks of what the report says against what is known of study and patient."""

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from reports.checking.facts import (
    CLINICAL,
    COMPARISON,
    FINDINGS,
    RECOMMENDATION,
    TECHNIQUE,
    Facts,
    Part,
)
from reports.checking.finding import WARNING, Finding
from reports.checking.language import is_past, is_stated, sentences, stated

_FEMALE: Final = re.compile(
    r"\b(?:uter(?:us|ine)|ovar(?:y|ies|ian)|adnex\w+|endometri\w+|myometri\w+|vagina\w*|cervix"
    r"|fallopian|fibroids?|pregnan\w+|f(?:o)?etus(?:es)?|f(?:o)?etal|placenta\w*|hysterectomy)\b",
    re.I,
)
_MALE: Final = re.compile(
    r"\b(?:prostat\w+|seminal vesicles?|test(?:is|es|icle|icles|icular)|scrot\w+|epididym\w+"
    r"|penis|penile|spermatic)\b",
    re.I,
)
_RELATIVE: Final = re.compile(
    r"\b(?:family|mother|father|sister|brother|partner|husband|wife|donor)\b", re.I
)

# By family of modality: words that only its pictures are described with.
_WORDS: Final = {
    "CT": r"hounsfield|-?\d+ ?HU|computed tomograph\w+",
    "MR": r"signal intensit\w+|T[12][- ]?(?:weighted|w|signal|hyper\w+|hypo\w+|dark|bright)"
    r"|FLAIR|STIR|DWI|diffusion[- ]weighted|restricted diffusion|(?:hyper|hypo|iso)intens\w+"
    r"|gadolinium|flow voids?|magnetic resonance",
    "US": r"(?:hyper|hypo|an|iso)echo\w+|echogenic\w*|sonograph\w+|doppler|acoustic shadow\w*",
    "XR": r"radiograph\w*|x-?rays?|plain films?",
    "PT": r"SUV(?:max|mean|peak)?|FDG(?:-avid)?|tracer uptake",
    "MG": r"mammogra\w+",
}
_NAMES: Final = {"CT": "CT", "MR": "MRI?", "US": "ultrasound", "PT": "PET", "MG": "mammography"}
_LABELS: Final = {
    "CT": "CT",
    "MR": "MR",
    "US": "ultrasound",
    "XR": "radiography",
    "PT": "PET",
    "MG": "mammography",
}
_FAMILIES: Final = {
    "CT": {"CT"},
    "MR": {"MR"},
    "US": {"US"},
    "EC": {"US"},
    "IVUS": {"US"},
    "CR": {"XR"},
    "DX": {"XR"},
    "RG": {"XR"},
    "RF": {"XR"},
    "XA": {"XR", "US"},
    "BMD": {"XR"},
    # Ultrasound on the same day belongs to the examination of a breast.
    "MG": {"MG", "XR", "US"},
    "PT": {"PT", "CT"},
    "NM": {"PT", "CT"},
}
_FOREIGN: Final = {
    family: (
        re.compile(rf"(?<![\w-])(?:{words})\b", re.I),
        re.compile(rf"\b(?:{words}|{_NAMES.get(family, words)})\b"),
    )
    for family, words in _WORDS.items()
}
# Another examination is spoken of, or asked for.
_ELSEWHERE: Final = re.compile(
    r"\b(?:compar\w+|prior|previous\w*|earlier|recommend\w*|suggest\w*|advis\w+|correlat\w+|known"
    r"|further|additional|follow-?up|could be|on the same day|characteri[sz]\w+"
    r"|outside|external)\b",
    re.I,
)

_GIVEN: Final = re.compile(
    r"\b(?:after|with|following|post|and)[- ](?:\w+ )?(?:intra-?venous |i\.?v\.? )?"
    r"(?:contrast|gadolinium)\b|\bpost-?contrast\b|\bcontrast[- ]enhanced\b|\bgadolinium\b"
    r"|\binjection of\b[^.]*\bcontrast\b|\bcontrast (?:agent|medium|material) (?:was|were)\b"
    r"|\bhepatobiliary contrast\b",
    re.I,
)
_ENHANCEMENT: Final = re.compile(
    r"\b(?:enhanc(?:es|ing|ement)|arterial phase|venous phase)\b", re.I
)
_NO_IV: Final = re.compile(r"\b(?:oral|rectal|positive oral|enteric) contrast\b", re.I)
_SAYS_CONTRAST: Final = re.compile(
    r"contrast|kontrast|\bkm\b|\bmit km\b|\bw/? ?c\b|\bw/ |\+ ?c\b|\bc\+|\bce\b|\bpost\b|\bgad\w*"
    r"|\bgd\b|\+gd|venous|venos|arteri|portal|angio|\bct-?p?a\b|\bctpa\b|\bmra\b|inject|\biv\b|\bdce\b"
    r"|dynami|perfus|urogra|delayed|excretory|primovist|eovist|dotarem|gadovist|phase|bolus|injekt"
)
_SAYS_NONE: Final = re.compile(
    r"(?:without|w/o|wo|no|non|sans|ohne|sin|senza)[- ]*(?:i\.?v\.? *)?(?:contrast\w*|contraste"
    r"|kontrast\w*|km|injection|mdc|c\b)|noncontrast|\bnativ\w*|\bunenhanced\b|\bplain\b"
)

_EXAM: Final = (
    r"(?:stud(?:y|ies)|exam\w*|ct|mr[i]?|scans?|images?|imaging|radiographs?|films?|ultrasound"
    r"|mammogra\w+|pet\S*|x-?rays?|investigation)"
)
_COMPARED: Final = re.compile(
    rf"\b(?:compared (?:with|to)|in comparison|comparison (?:is |was )?(?:made )?(?:with|to)"
    rf"|(?:prior|previous|earlier|last|preceding) (?:[\w-]+ ){{0,2}}{_EXAM}"
    rf"|(?:unchanged|stable|new|increased?|decreased?) (?:since|from|compared)"
    rf"|since the (?:prior|previous|earlier|last|examination)"
    rf"|interval (?:change|growth|increase))\b",
    re.I,
)
_NONE: Final = re.compile(
    r"^\W*(?:none|no|not|nil|n/?a|-|without)\b|\b(?:not|un)\s?available\b"
    r"|\bno (?:prior|earlier|previous)",
    re.I,
)

_CRITICAL: Final = re.compile(
    r"\b(?:tension pneumothora(?:x|ces)"
    r"|(?:aortic|type [AB]) dissection|dissection of the (?:\w+ )?aorta|aortic rupture"
    r"|ruptured? (?:\w+ )?(?:aneurysm|aorta)"
    r"|(?:intracranial|subarachnoid|subdural|epidural|extradural|intracerebral|intraparenchymal"
    r"|intraventricular) (?:ha?emorrhage|ha?ematoma|bleed(?:ing)?)"
    r"|ectopic (?:pregnancy|gestation)"
    r"|free (?:intra-?(?:peritoneal|abdominal) )?(?:air|gas)|pneumoperitoneum"
    r"|bowel perforation|perforat(?:ed|ion of the) (?:\w+ )?(?:bowel|colon|viscus|ulcer|appendi\w+)"
    r"|pulmonary (?:artery |arterial )?(?:thrombo)?embol(?:ism|us|i)"
    r"|(?:testicular|ovarian|adnexal) torsion|torsion of the (?:\w+ )?(?:testis|ovary)"
    r"|(?:spinal )?cord compression|acute (?:\w+ )?(?:infarct(?:ion)?|stroke)"
    r"|large vessel occlusion"
    r"|(?:mesenteric|bowel) isch(?:a)?emia|necroti[sz]ing fasciitis|epiglottitis"
    r"|(?:tension )?pneumocephalus|cerebral herniation|(?:uncal|tonsillar) herniation)\b",
    re.I,
)


def _described(parts: list[Part]) -> list[Part]:
    """Return the sections that say what was done and seen."""
    others = CLINICAL | {COMPARISON, RECOMMENDATION}
    return [part for part in parts if part.code not in others]


def sex(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield organs that the patient, by the sex that the study states, does not have."""
    pattern = {"M": _FEMALE, "F": _MALE}.get(facts.sex)
    for part in parts if pattern is not None else []:
        told = [one for one in sentences(part.text) if not _RELATIVE.search(one)]
        match = next((found for one in told if pattern and (found := pattern.search(one))), None)
        if match is not None:
            text = _("“%(word)s” does not fit the patient's sex.") % {"word": match[0]}
            yield Finding("sex", WARNING, part.key, text)


def modality(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield words that belong to another kind of examination."""
    families = set().union(*(_FAMILIES.get(name, set()) for name in facts.modalities))
    if not families:
        return
    for part in _described(parts):
        for family in sorted(set(_FOREIGN) - families):
            pattern = _FOREIGN[family][part.code == TECHNIQUE]
            told = (match[0] for one, match in stated(pattern, part.text) if not _is_other(one))
            if word := next(told, ""):
                names = {"word": word, "kind": _LABELS[family]}
                text = _("“%(word)s” is a word of %(kind)s, which this study is not.") % names
                yield Finding("modality", WARNING, part.key, text)


def _is_other(sentence: str) -> bool:
    return bool(_ELSEWHERE.search(sentence))


def contrast(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield contrast that is spoken of and was not given, as far as the study says, and reverse."""
    if not facts.modalities & {"CT", "MR"} or facts.modalities & {"PT", "NM"} or not facts.words:
        return
    was_given = bool(_SAYS_CONTRAST.search(_SAYS_NONE.sub(" ", facts.words)))
    told = [part for part in _described(parts) if _speaks_of_contrast(part.text)]
    if told and not was_given:
        text = _("Contrast is spoken of; nothing in the study says that it was given.")
        yield Finding("contrast-not-given", WARNING, told[0].key, text)
    elif was_given and not told and any(part.code == FINDINGS for part in parts):
        text = _("The study says that contrast was given; the report does not speak of it.")
        yield Finding("contrast-not-mentioned", WARNING, "", text)


def _speaks_of_contrast(text: str) -> bool:
    own = " \n ".join(one for one in sentences(_NO_IV.sub(" ", text)) if not _ELSEWHERE.search(one))
    return bool(_ENHANCEMENT.search(own)) or is_stated(_GIVEN, own)


def comparison(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield a comparison with nothing, or that what there is was not compared."""
    told = [part for part in parts if part.code not in CLINICAL and _compares(part)]
    if told and not facts.has_priors:
        text = _("A comparison is spoken of; there is no earlier study of this patient here.")
        yield Finding("comparison-absent", WARNING, told[0].key, text)
    elif facts.has_priors and not told and any(part.code == FINDINGS for part in parts):
        text = _("There are earlier studies of this patient; the report compares with none.")
        yield Finding("comparison-missing", WARNING, "", text)


def _compares(part: Part) -> bool:
    if part.code == COMPARISON:
        return bool(part.text) and not _NONE.search(part.text)
    return is_stated(_COMPARED, part.text)


def critical(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield a finding that somebody must know at once, and nobody was told."""
    if facts.has_critical:
        return
    for part in _described(parts):
        told = (
            match[0]
            for sentence, match in stated(_CRITICAL, part.text)
            if part.code != TECHNIQUE and not is_past(sentence, match.start())
        )
        if word := next(told, ""):
            text = _("“%(word)s”: no critical result was reported.") % {"word": word}
            yield Finding("critical-not-reported", WARNING, part.key, text)
            return
