"""Demonstration studies: pure generators of plausible DICOM, and the module that ingests them."""
