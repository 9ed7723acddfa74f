"""A hospital group's year: studies and readings over five facilities, as rows alone."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from archive.models import Patient, Study
from dicomkit.names import PersonName, search_key
from reports.lifecycle import ReportStatus
from reports.models import Priority, Quality, Reading
from worklist.models import CustomUser, Facility, UserRole

BATCH = 2000
SHARES = {"North": 40, "Harbour": 25, "Hill": 15, "Lake": 12, "South": 8}
FAMILIES = "Müller Smith Garcia Okafor Nguyen Rossi Kowalski Haddad Tanaka Silva Novak Berg".split()
GIVEN = "Anna John Maria Chidi Linh Marco Ewa Omar Yuki Paulo Jana Lars Rosa Peter Aisha".split()
KINDS = (
    ("CT", "CHEST", "CT chest with contrast"),
    ("CT", "HEAD", "CT head"),
    ("MR", "BRAIN", "MR brain"),
    ("MR", "KNEE", "MR knee left"),
    ("CR", "CHEST", "Chest PA and lateral"),
    ("DX", "HAND", "Hand right, two views"),
    ("US", "ABDOMEN", "Ultrasound abdomen"),
    ("MG", "BREAST", "Screening mammography"),
)
TARGET_MINUTES = {Priority.STAT: 60, Priority.URGENT: 240, Priority.ROUTINE: 1440}
# Of the newest studies this share is still to be read; nearly all the others are final.
OPEN_SHARE = 0.04


def people() -> tuple[list[Facility], list[CustomUser], dict[str, CustomUser]]:
    """Create facilities, readers, and a user of each role."""
    facilities = [Facility.objects.create(name=name) for name in SHARES]
    readers = [
        CustomUser.objects.create_user(f"reader{number}", role=UserRole.RADIOLOGIST)
        for number in range(8)
    ]
    users = {
        "radiologist": readers[0],
        "administrator": CustomUser.objects.create_user("chief", role=UserRole.ADMIN),
        "technician": CustomUser.objects.create_user(
            "tech", role=UserRole.TECHNICIAN, facility=facilities[0]
        ),
        "facility": CustomUser.objects.create_user(
            "desk", role=UserRole.FACILITY, facility=facilities[1]
        ),
    }
    return facilities, readers, users


def seed(count: int, facilities: list[Facility], readers: list[CustomUser]) -> None:
    """Insert `count` studies with their patients and readings, the oldest first."""
    chance = random.Random(7)
    patients = _patients(chance, count // 3 + 1, facilities)
    studies = _studies(chance, count, patients)
    number = 0
    while rows := list(islice(studies, BATCH)):
        Study.objects.bulk_create(rows)
        Reading.objects.bulk_create(
            _reading(chance, study, 1 - (number + place) / count, readers)
            for place, study in enumerate(rows)
        )
        number += len(rows)


def _patients(chance: random.Random, count: int, facilities: list[Facility]) -> list[Patient]:
    rows = []
    weights = list(SHARES.values())
    for number in range(count):
        name = f"{chance.choice(FAMILIES)}^{chance.choice(GIVEN)} {chance.choice('ABCDEFGH')}"
        rows.append(
            Patient(
                facility=chance.choices(facilities, weights)[0],
                identity=f"\\P{number:07}",
                patient_id=f"P{number:07}",
                name=name,
                name_key=PersonName.parse(name).search_keys()[0],
                birth_date=f"{chance.randint(1935, 2020)}{chance.randint(1, 12):02}15",
                sex=chance.choice("MF"),
            )
        )
    return Patient.objects.bulk_create(rows, batch_size=BATCH)


def _studies(chance: random.Random, count: int, patients: list[Patient]) -> Iterator[Study]:
    now = timezone.now()
    for number in range(count):
        patient = chance.choice(patients)
        modality, part, description = chance.choice(KINDS)
        received = now - timedelta(minutes=5.2 * (count - number))
        yield Study(
            facility_id=patient.facility_id,
            patient=patient,
            study_instance_uid=f"1.2.826.0.1.3680043.10.1999.55.{number}",
            study_date=f"{received:%Y%m%d}",
            study_time=f"{received:%H%M%S}",
            accession_number=f"A{number:07}",
            description=description,
            description_key=search_key(description),
            referring_physician=f"{chance.choice(FAMILIES)}^Ref",
            patient_name=patient.name,
            patient_name_key=patient.name_key,
            dicom_patient_id=patient.patient_id,
            patient_birth_date=patient.birth_date,
            patient_sex=patient.sex,
            modalities=f"\\{modality}\\",
            body_parts=f"\\{part}\\",
            series_count=3,
            instance_count=chance.randint(1, 900),
            received_at=received,
            updated_at=received,
        )


def _reading(chance: random.Random, study: Study, age: float, readers: list[CustomUser]) -> Reading:
    priority = chance.choices(list(Priority), (2, 8, 90))[0]
    target = TARGET_MINUTES[Priority(priority)]
    is_open = age < OPEN_SHARE and chance.random() < 0.8
    reading = Reading(
        study=study,
        priority=priority,
        received_at=study.received_at,
        target_minutes=target,
        due_at=study.received_at + timedelta(minutes=target),
        status=ReportStatus.FINAL,
        quality=Quality.ACCEPTED,
        assigned_to=chance.choice(readers),
        final_at=study.received_at + timedelta(minutes=target * chance.uniform(0.1, 1.3)),
    )
    if is_open:
        _still_open(chance, reading)
    elif chance.random() < 0.03:
        reading.status = chance.choice([ReportStatus.ADDENDED, ReportStatus.CORRECTED])
    return reading


def _still_open(chance: random.Random, reading: Reading) -> None:
    open_states = (ReportStatus.UNREAD, ReportStatus.DRAFT, ReportStatus.PRELIMINARY)
    reading.status = chance.choices(open_states, (80, 8, 12))[0]
    reading.quality = chance.choices(list(Quality), (50, 45, 5))[0]
    reading.final_at = None
    if chance.random() < 0.4:
        reading.assigned_to = None
    if reading.quality == Quality.REJECTED:
        reading.due_at, reading.paused_at = None, timezone.now()
    elif chance.random() < 0.8:
        reading.due_at = timezone.now() + timedelta(minutes=chance.uniform(5, 1400))
