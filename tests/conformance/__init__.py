"""docs/conformance.md: what of it is generated, and from what.

python -m tests.conformance            all of it (needs ../shared/data, dcmtk; two minutes)
python -m tests.conformance --code     only what follows from the code
"""
