"""Patients and sites of the demo, all invented, with names in several scripts."""

from __future__ import annotations

from datetime import date

from operations.demo.headers import Patient, Site

NORTH = Site("north", "North General Hospital", "Radiology", "NORTH")
HARBOUR = Site("harbour", "Harbour Imaging Centre", "Diagnostic Imaging", "HARBOUR")

LINDSTROM = Patient(
    "N-104417", "Lindström^Åke^Erik", date(1958, 3, 14), "M", "ISO_IR 100", 1.79, 81
)
MIURA = Patient(
    "N-108832", "Miura^Haruka=三浦^遥香=みうら^はるか", date(1987, 11, 2), "F",
    ("", "ISO 2022 IR 87"), 1.62, 55,
)  # fmt: skip
ORLOV = Patient(
    "N-099120", "Орлов^Дмитрий^Павлович", date(1955, 7, 27), "M", "ISO_IR 144", 1.76, 78
)
ADEYEMI = Patient("N-110056", "Adeyemi^Folasade", date(1979, 1, 19), "F", "ISO_IR 192", 1.68, 70)
IBANEZ = Patient(
    "N-087301", "Ibáñez Núñez^José Luis", date(1949, 9, 8), "M", "ISO_IR 100", 1.71, 74
)
MACLEOD = Patient("H-2203118", "MacLeod^Siobhán", date(1968, 5, 30), "F", "ISO_IR 100", 1.65, 67)
NIKOLAIDIS = Patient(
    "H-2203341", "Νικολαΐδης^Στέφανος", date(2001, 12, 12), "M", "ISO_IR 126", 1.83, 77
)
SEO = Patient(
    "H-2202967", "Seo^Jun-ho=徐^俊昊=서^준호", date(1991, 6, 21), "M", ("", "ISO 2022 IR 149"),
    1.75, 69,
)  # fmt: skip
