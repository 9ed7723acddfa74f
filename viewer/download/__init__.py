"""A study as one file to take along: a ZIP with the objects and their DICOMDIR."""
