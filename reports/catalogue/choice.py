r"""Which of our templates fits a study: by modality, body parts and the words of its description.

A table, read from the top; the first row that fits decides. Words are looked for at the beginning
of a word, without accents or case, in English and, where they are obvious, in German, French,
Spanish and Italian.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_RADIOGRAPH: Final = ("CR", "DX", "RG", "PX")

_HEAD = (
    "head brain skull crani neurocran schadel kopf hirn crane cereb encefal cabeza cct cranio"
    " testa craneo neuro stroke schlaganfall avc"
)
_CHEST = "chest thora lung pulm poumon torax torace hrct ldct cxr"
_ABDOMEN = "abd bauch oberbauch unterbauch ventre viscera"
_PELVIS = "pelv becken bassin"
_SPINE = (
    "spine spinal cspine tspine lspine csp tsp lsp ctspine wirbelsaule hws bws lws rachis columna"
    " vertebr colonna rachide sacrum coccyx"
)
_NECK_SPINE = "cspine csp cervic hws halswirbel c-spine"
_LOW_SPINE = "lspine lsp lumb lws lendenwirbel l-spine lumbosacr"
_KIDNEY = "kidney renal niere rein rinon rene nephr bladder blase vessie vejiga urin harn"
_STAGING = "staging restaging oncolog onkolog recist metast tumor tumour"
_PREGNANCY = "obstet fetal foetal preg schwanger grossesse trimes embaraz ob"
_SWALLOW = "swallow barium oesoph esoph schluck deglut osoph breischluck tog gastrogra"
_JOINT = (
    "hand finger thumb wrist handgelenk poignet muneca forearm unterarm elbow ellenbogen ellbogen"
    " coude codo humerus oberarm arm shoulder schulter epaule hombro clavicle klavikula clavicula"
    " scapula acromi foot fuss pied pie toe zehe orteil ankle sprunggelenk osg cheville tobillo"
    " heel calcaneus ferse leg lower bein unterschenkel tibia fibula knee knie genou rodilla"
    " patella femur oberschenkel hip hufte hanche cadera extremity main mano doigt dedo upper"
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A template, and what a study has for it: a word of each in `words`, none of `without`."""

    key: str
    modalities: tuple[str, ...]
    words: tuple[str, ...] = ()
    without: str = ""


_ROWS: Final = (
    _Row("pet-ct-fdg", ("PT",)),
    _Row("dxa", ("BMD", *_RADIOGRAPH, "OT"), ("dxa dexa densit osteodens bmd knochendichte",)),
    _Row("dxa", ("BMD",)),
    _Row("ct-coronary-calcium", ("CT",), ("calcium cacs agatston kalk calcique calcio score",)),
    _Row("ct-pulmonary-angiography", ("CT",), ("ctpa cta-pulm ctapulm lae embol lungenembol",)),
    _Row(
        "ct-pulmonary-angiography",
        ("CT",),
        ("pulmonal pulmonary pulmonaire pulmonar", "angio cta arter"),
    ),
    _Row("ct-sinuses", ("CT",), ("sinus nnh nasennebenhohl senos paranas pns",)),
    _Row(
        "ct-spine-trauma",
        ("CT",),
        (f"{_SPINE} {_NECK_SPINE} {_LOW_SPINE} dorsal thoracolumb",),
        f"{_HEAD} {_ABDOMEN}",
    ),
    _Row("ct-chest-abdomen-pelvis", ("CT",), (_STAGING,)),
    _Row("ct-trunk", ("CT",), (_CHEST, f"{_ABDOMEN} {_PELVIS}")),
    _Row("ct-trunk", ("CT",), ("cap tap ctap whole ganzkorper",)),
    _Row(
        "ct-urinary-stones",
        ("CT",),
        ("kub urogra uroscan uro-ct uroct stone calcul stein lithias colic kolik urolith",),
    ),
    _Row("ct-urinary-stones", ("CT",), (_KIDNEY,)),
    _Row("ct-abdomen-pelvis", ("CT",), (f"{_ABDOMEN} {_PELVIS} liver leber foie higado pancrea",)),
    _Row("ct-chest", ("CT",), (_CHEST,)),
    _Row("ct-head", ("CT",), (_HEAD,)),
    _Row("mr-brain-ms", ("MR",), ("ms multiple sclero sep esclerosis encephalomyel demyel",)),
    _Row("mr-prostate", ("MR",), ("prostat pirads mpmri",)),
    _Row("mr-breast", ("MR",), ("breast mamm brust sein mama seno",)),
    _Row("mr-cervical-spine", ("MR",), (_NECK_SPINE,)),
    _Row("mr-lumbar-spine", ("MR",), (_LOW_SPINE,)),
    _Row("mr-knee", ("MR",), ("knee knie genou rodilla ginocchio menis",)),
    _Row("mr-shoulder", ("MR",), ("shoulder schulter epaule hombro spalla rotator",)),
    _Row("mr-liver", ("MR",), ("liver leber foie higado fegato hepat mrcp abd oberbauch",)),
    _Row("mr-brain", ("MR",), (_HEAD,)),
    _Row("mg-screening", ("MG",), ("screen vorsorge fruherkenn depist cribado routine",)),
    _Row("mg-diagnostic", ("MG",)),
    _Row("echocardiography", ("US", "EC"), ("echoc tte toe tee heart cardi herz coeur corazon",)),
    _Row("us-obstetric", ("US",), (_PREGNANCY,)),
    _Row("us-thyroid", ("US",), ("thyr schilddruse tiroid neck",)),
    _Row("us-leg-veins", ("US",), ("dvt ven vein tvt thrombo phleb duplex",)),
    _Row("us-scrotum", ("US",), ("scrot test hoden skrot",)),
    _Row("us-abdomen", ("US",), (f"{_ABDOMEN} liver leber foie higado gallbl hepat ruq",)),
    _Row("us-renal", ("US",), (_KIDNEY,)),
    _Row("fluoroscopy-swallow", ("RF", "XA", "DX", "CR"), (_SWALLOW,)),
    _Row("fluoroscopy-swallow", ("RF",)),
    _Row("angiography", ("XA",)),
    _Row(
        "xr-spine",
        _RADIOGRAPH,
        (f"{_SPINE} {_NECK_SPINE} {_LOW_SPINE} dorsal scoliosis skoliose",),
    ),
    _Row("xr-chest", _RADIOGRAPH, (f"{_CHEST} rib rippen",)),
    _Row("xr-abdomen", _RADIOGRAPH, (f"{_ABDOMEN} kub",)),
    _Row("xr-joint", _RADIOGRAPH, (f"{_JOINT} {_PELVIS}",)),
)


def key_for(modalities: Iterable[str], body_parts: Iterable[str], description: str) -> str:
    """Return the key of our template for such a study; blank when none fits.

    What the description says goes before the body part, which scanners often leave at a default.
    """
    names = {name.upper() for name in modalities}
    parts = " ".join(body_parts)
    for text in (description, f"{description} {parts}"):
        words = _words(text)
        fitting = (row.key for row in _ROWS if _fits(row, names, words))
        if key := next(fitting, ""):
            return key
    return ""


def _fits(row: _Row, modalities: set[str], words: list[str]) -> bool:
    if modalities.isdisjoint(row.modalities):
        return False
    return all(_has(words, stems) for stems in row.words) and not _has(words, row.without)


def _has(words: list[str], stems: str) -> bool:
    return any(
        word.startswith(stem) and _whole(word, stem) for stem in stems.split() for word in words
    )


def _whole(word: str, stem: str) -> bool:
    """Say whether a stem is long enough to be the beginning of a word, or is all of it."""
    return len(stem) > 3 or stem in _STEMS or word == stem or word.rstrip("0123456789") == stem


# Of three letters, and yet the beginning of nothing but what is meant.
_STEMS: Final = frozenset({"abd", "uro", "ven"})


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).lower()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    # Both "c-spine" and its parts are words.
    return re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", plain) + re.findall(r"[a-z0-9]+", plain)


# Modalities that are read alike, by the one under which the templates have them.
_FAMILY: Final = {"CR": "DX", "RG": "DX", "PX": "DX", "EC": "US", "PET": "PT"}


def family_of(modality: str) -> str:
    """Return the modality under which templates for `modality` are kept."""
    return _FAMILY.get(modality.upper(), modality.upper())
