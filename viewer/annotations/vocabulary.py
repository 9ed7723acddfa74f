"""Codes of measurements, as they are written and as others write them.

References: PS3.16 TID 300, TID 1501, CID 7464 (derivations), CID 7470 (linear measurements).
"""

from typing import Final

from highdicom.sr.coding import CodedConcept

SCHEME: Final = "99NOCTIS"
_MEANING_LENGTH: Final = 64  # LO, PS3.5 6.2


def concept(value: str, scheme: str, meaning: str) -> CodedConcept:
    """Return a code of a scheme."""
    return CodedConcept(value, scheme, meaning[:_MEANING_LENGTH])


LENGTH: Final = concept("410668003", "SCT", "Length")
LONG_AXIS: Final = concept("103339001", "SCT", "Long axis")
SHORT_AXIS: Final = concept("103340004", "SCT", "Short axis")
ANGLE: Final = concept("1483009", "SCT", "Angle")
COBB_ANGLE: Final = concept("285285000", "SCT", "Cobb angle")
AREA: Final = concept("42798000", "SCT", "Area")
PERIMETER: Final = concept("131191004", "SCT", "Perimeter")
_ATTENUATION: Final = concept("112031", "DCM", "Attenuation Coefficient")
_SUV_BW: Final = concept("126401", "DCM", "SUVbw")
_MR_SIGNAL: Final = concept("110852", "DCM", "MR signal intensity")
_PIXEL_VALUE: Final = concept("PIXELVALUE", SCHEME, "Value of the pixels")

DERIVATIONS: Final = {
    "mean": concept("373098007", "SCT", "Mean"),
    "sd": concept("386136009", "SCT", "Standard Deviation"),
    "min": concept("255605001", "SCT", "Minimum"),
    "max": concept("56851009", "SCT", "Maximum"),
}
_UNITS: Final = {
    "mm": "millimeter",
    "mm2": "square millimeter",
    "deg": "degree",
    "1": "no units",
    "[hnsf'U]": "Hounsfield unit",
    "{SUVbw}g/ml": "Standardized Uptake Value body weight",
    "{pixels}": "pixels",
}
# What the numbers of regions are of, by tool: the length of a region is its outline's.
_LENGTHS: Final = {"length": LENGTH, "bidirectional": LONG_AXIS}

# Names of values by the codes of others; the letters are of SNOMED-RT, in older objects.
VALUE_BY_CODE: Final = {
    "410668003": "length",
    "G-D7FE": "length",
    "121206": "length",  # distance
    "81827009": "length",  # diameter
    "M-02550": "length",
    "103339001": "length",
    "G-A185": "length",
    "131191004": "length",
    "103340004": "short_axis",
    "G-A186": "short_axis",
    "1483009": "angle",
    "110859": "angle",
    "285285000": "angle",
    "42798000": "area",
    "G-A166": "area",
    "131184002": "area",  # area of defined region
    "G-A16A": "area",
    "373098007": "mean",
    "R-00317": "mean",
    "386136009": "sd",
    "R-10047": "sd",
    "113061": "sd",
    "255605001": "min",
    "R-404FB": "min",
    "56851009": "max",
    "G-A437": "max",
}
COBB_CODES: Final = frozenset({"285285000"})


def unit_code(unit: str) -> CodedConcept:
    """Return a unit of UCUM."""
    return concept(unit, "UCUM", _UNITS.get(unit, unit))


def value_concept(tool: str, name: str, unit: str, modality: str) -> CodedConcept:
    """Return what a value of a tool is of; how it was derived stands beside it."""
    geometric = {
        "length": _LENGTHS.get(tool, PERIMETER),
        "short_axis": SHORT_AXIS,
        "angle": COBB_ANGLE if tool == "cobb" else ANGLE,
        "area": AREA,
    }
    return geometric.get(name) or _of_pixels(unit, modality)


def _of_pixels(unit: str, modality: str) -> CodedConcept:
    by_unit = {"[hnsf'U]": _ATTENUATION, "{SUVbw}g/ml": _SUV_BW}
    return by_unit.get(unit) or (_MR_SIGNAL if modality == "MR" else _PIXEL_VALUE)
