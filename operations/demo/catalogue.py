"""The list of demo studies: who, what, when, and how each is generated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pydicom.dataset import Dataset

from operations.demo.ct import CHEST_ABDOMEN, CHEST_ABDOMEN_PRIOR, ct_datasets
from operations.demo.encode import Syntax
from operations.demo.hand import PROJECTIONS, hand_datasets
from operations.demo.headers import Patient, Visit, uid
from operations.demo.mammography import VIEWS, mammography_datasets
from operations.demo.mr import SERIES, SLICES, mr_datasets
from operations.demo.people import (
    ADEYEMI,
    HARBOUR,
    IBANEZ,
    LINDSTROM,
    MACLEOD,
    MIURA,
    NIKOLAIDIS,
    NORTH,
    ORLOV,
    SEO,
)
from operations.demo.pet import LOW_DOSE, petct_datasets
from operations.demo.radiograph import Plate, chest_datasets
from operations.demo.torso.chest import Nodule
from operations.demo.torso.phantom import Person
from operations.demo.torso.wall import Habitus
from operations.demo.ultrasound import echo_datasets

NODULE_AT = (-78.0, -20.0, 75.0)
NODE_AT = (18.0, -2.0, 88.0)  # below the arch of the aorta
UPRIGHT = Habitus(table=False, arms_up=False)
CHEST_PLATE = Plate(
    Person(21, UPRIGHT), 1.0, opacity=((-92.0, 166.0), 30.0, 0.6), syntax=Syntax.JPEG2000_LOSSLESS,
    seed=31,
)  # fmt: skip
CHEST_PLATE_PRIOR = Plate(Person(21, UPRIGHT), 1.0, (-4.0, 6.0), 0.8, seed=32)
YOUNG_PLATE = Plate(Person(27, Habitus(0.8, -6.0, False, False)), 0.96, (2.0, -3.0), -0.6, seed=33)


@dataclass(frozen=True)
class DemoStudy:
    """One study, made unit by unit: a slice with all its sequences, a view, a loop.

    Parameters
    ----------
    visit
        Whose study it is, and what its headers say.
    units
        How many units it has; any of them can be made without the others.
    make
        Makes the instances of some units.
    per_unit
        Instances that a unit gives.
    effort_s
        About how long one core takes for a unit: the work is divided by it.
    """

    visit: Visit
    units: int
    make: Callable[[Visit, range], Iterator[Dataset]]
    per_unit: int = 1
    effort_s: float = 1.5

    @property
    def count(self) -> int:
        """How many instances it has."""
        return self.units * self.per_unit

    @property
    def study_instance_uid(self) -> str:
        """Its Study Instance UID."""
        return str(uid(*self.visit.stem))

    @property
    def key(self) -> str:
        """Short stable name of the study."""
        return self.visit.key

    @property
    def facility_key(self) -> str:
        """Which facility the study belongs to: "north" or "harbour"."""
        return self.visit.site.key

    @property
    def modality(self) -> str:
        """Modality of the study as a worklist shows it."""
        return self.visit.modality

    @property
    def description(self) -> str:
        """Study description."""
        return self.visit.description

    @property
    def patient(self) -> Patient:
        """The patient."""
        return self.visit.patient

    def datasets(self, span: range | None = None) -> Iterator[Dataset]:
        """Yield the instances of the units of ``span`` (all by default), ready to be written."""
        return self.make(self.visit, range(self.units) if span is None else span)


def _when(today: date, days_ago: int, hour: int, minute: int) -> datetime:
    # A DICOM date and time without offset: the local time of the modality.
    return datetime.combine(today - timedelta(days=days_ago), time(hour, minute))


def _north(today: date) -> list[DemoStudy]:
    ct = Visit(
        "ct-chest-abdomen", LINDSTROM, NORTH, "CT", "CT Chest/Abdomen with contrast", "N25041872",
        "Bergqvist^Maja^^Dr", _when(today, 0, 7, 42), "CHEST", "Phantom CT 64", "NCT1",
        history="Follow-up of pulmonary nodule",
    )  # fmt: skip
    ct_prior = Visit(
        "ct-chest-abdomen-prior", LINDSTROM, NORTH, "CT", "CT Chest/Abdomen with contrast",
        "N24098310", "Bergqvist^Maja^^Dr", _when(today, 183, 13, 5), "CHEST", "Phantom CT 16",
        "NCT2", history="Weight loss, cough",
    )  # fmt: skip
    mr = Visit(
        "mr-head", MIURA, NORTH, "MR", "MR Brain", "N25041880", "Tanaka^Ichiro^^Dr",
        _when(today, 0, 6, 55), "HEAD", "Phantom MR 1.5T", "NMR1",
        history="Optic neuritis, demyelination?",
    )  # fmt: skip
    pet = Visit(
        "petct", ORLOV, NORTH, "PT", "PET/CT whole body FDG", "N25041763", "Weiss^Judith^^Dr",
        _when(today, 1, 9, 10), "WHOLEBODY", "Phantom PET/CT", "NPT1",
        history="Mass of the left upper lobe, staging",
    )  # fmt: skip
    echo = Visit(
        "us-echo", ADEYEMI, NORTH, "US", "Transthoracic echocardiogram", "N25041891",
        "Osei^Kwame^^Dr", _when(today, 0, 8, 15), "HEART", "Phantom Echo", "NUS3",
    )  # fmt: skip
    return [
        DemoStudy(ct, CHEST_ABDOMEN.count, _current_ct, effort_s=0.11),
        DemoStudy(ct_prior, CHEST_ABDOMEN_PRIOR.count, _prior_ct, effort_s=0.11),
        DemoStudy(mr, SLICES, lambda v, span: mr_datasets(v, 3, span), len(SERIES), 0.2),
        DemoStudy(pet, LOW_DOSE.count, _petct, 2, 0.085),
        DemoStudy(echo, 1, lambda v, span: echo_datasets(v, 5), effort_s=3),
        *_north_radiographs(today),
    ]


def _lindstrom(nodule_mm: float) -> Person:
    breath = 0.0 if nodule_mm > 6 else 5.0
    return Person(7, Habitus(breath_mm=breath), (Nodule(NODULE_AT, nodule_mm),))


def _current_ct(visit: Visit, span: range) -> Iterator[Dataset]:
    return ct_datasets(visit, _lindstrom(8.0), CHEST_ABDOMEN, 2, span)


def _prior_ct(visit: Visit, span: range) -> Iterator[Dataset]:
    return ct_datasets(visit, _lindstrom(5.0), CHEST_ABDOMEN_PRIOR, 2, span)


def _petct(visit: Visit, span: range) -> Iterator[Dataset]:
    mass = Nodule((62.0, -8.0, 62.0), 24.0, 42.0, 11.0, 14)
    return petct_datasets(visit, Person(11, Habitus(1.1), (mass,), (NODE_AT,)), span)


def _north_radiographs(today: date) -> list[DemoStudy]:
    current = Visit(
        "cr-chest", IBANEZ, NORTH, "CR", "XR Chest PA", "N25041799", "Weiss^Judith^^Dr",
        _when(today, 1, 16, 48), "CHEST", "Phantom CR", "NCR1",
        history="Fever, cough for five days",
    )  # fmt: skip
    prior = Visit(
        "cr-chest-prior", IBANEZ, NORTH, "CR", "XR Chest PA", "N24003127", "Weiss^Judith^^Dr",
        _when(today, 402, 10, 20), "CHEST", "Phantom CR", "NCR1",
    )  # fmt: skip
    return [
        DemoStudy(current, 1, lambda v, span: chest_datasets(v, CHEST_PLATE), effort_s=9),
        DemoStudy(prior, 1, lambda v, span: chest_datasets(v, CHEST_PLATE_PRIOR)),
    ]


def _harbour(today: date) -> list[DemoStudy]:
    breast = Visit(
        "mg-screening", MACLEOD, HARBOUR, "MG", "Mammography screening bilateral", "H0093417",
        "Fraser^Ailsa^^Dr", _when(today, 0, 8, 30), "BREAST", "Phantom Mammo", "HMG1",
    )  # fmt: skip
    hand = Visit(
        "dx-hand", NIKOLAIDIS, HARBOUR, "DX", "XR Hand right 2 views", "H0093398",
        "Katsaros^Eleni^^Dr", _when(today, 1, 18, 22), "HAND", "Phantom DX", "HDX1",
        history="Punched a wall, pain over the fifth metacarpal",
    )  # fmt: skip
    chest = Visit(
        "cr-chest-harbour", SEO, HARBOUR, "CR", "XR Chest PA, pre-employment", "H0093355",
        "Fraser^Ailsa^^Dr", _when(today, 3, 11, 2), "CHEST", "Phantom CR", "HCR1",
    )  # fmt: skip
    return [
        DemoStudy(breast, len(VIEWS), lambda v, span: mammography_datasets(v, 9, span)),
        DemoStudy(hand, len(PROJECTIONS), lambda v, span: hand_datasets(v, 5, span)),
        DemoStudy(chest, 1, lambda v, span: chest_datasets(v, YOUNG_PLATE), effort_s=9),
    ]


def studies(today: date) -> list[DemoStudy]:
    """Return the demo studies, dated relative to ``today``.

    Parameters
    ----------
    today
        The date that the newest studies bear. The same date gives the same bytes; UIDs derive
        from the dates, so that the demo of another day doesn't collide with this one.
    """
    return [*_north(today), *_harbour(today)]
