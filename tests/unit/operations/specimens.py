"""One or a few demo objects of every modality, quick to make; importable by another process."""

from datetime import date, datetime
from functools import cache

from operations.demo.ct import CHEST_ABDOMEN, ct_datasets
from operations.demo.encode import to_bytes
from operations.demo.hand import hand_datasets
from operations.demo.headers import Visit
from operations.demo.mammography import mammography_datasets
from operations.demo.mr import mr_datasets
from operations.demo.people import HARBOUR, LINDSTROM, MIURA, NORTH
from operations.demo.pet import petct_datasets
from operations.demo.radiograph import Plate, chest_datasets
from operations.demo.torso.chest import Nodule
from operations.demo.torso.phantom import Person
from operations.demo.ultrasound import echo_datasets

DAY = date(2026, 3, 9)
NODULE = Nodule((-78.0, -20.0, 75.0), 8.0)
NODE = (18.0, -2.0, 88.0)
# One body for CT, PET and radiograph: growing its vessels takes longer than the pictures.
BODY = Person(7, nodules=(NODULE,), hot_nodes=(NODE,))
NODULE_SLICE, LIVER_SLICE = 28, 100
NODE_SLICE = 73


def visit(modality: str) -> Visit:
    """Return a visit for a study of this modality."""
    patient = MIURA if modality == "MR" else LINDSTROM
    site = HARBOUR if modality in ("MG", "DX") else NORTH
    when = datetime(DAY.year, DAY.month, DAY.day, 9, 30)
    return Visit(
        f"specimen-{modality}", patient, site, modality, f"{modality} specimen", "N1", "Dr^A",
        when, "CHEST", "Phantom", "STATION",
    )  # fmt: skip


@cache
def specimens() -> dict[str, bytes]:
    """Return Part 10 objects by a short name."""
    head = list(mr_datasets(visit("MR"), 3, range(10, 11)))
    low_dose, emission = petct_datasets(visit("PT"), BODY, range(NODE_SLICE, NODE_SLICE + 1))
    datasets = {
        "ct": _ct(NODULE_SLICE),
        "ct below": _ct(NODULE_SLICE + 1),
        "ct liver": _ct(LIVER_SLICE),
        "mr t1": head[0],
        "mr t2": head[1],
        "mr flair": head[2],
        "pet": emission,
        "pet ct": low_dose,
        "us": next(echo_datasets(visit("US"), 5, 6)),
        "cr": next(chest_datasets(visit("CR"), Plate(BODY, turn_deg=1.0, step_mm=16.0))),
        "mg": next(mammography_datasets(visit("MG"), 9, range(1, 2))),
        "dx": next(hand_datasets(visit("DX"), 5, range(1))),
    }
    return {name: to_bytes(dataset) for name, dataset in datasets.items()}


def _ct(index):
    return next(ct_datasets(visit("CT"), BODY, CHEST_ABDOMEN, 2, range(index, index + 1)))
