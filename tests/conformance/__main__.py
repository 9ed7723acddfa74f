"""Write the generated parts of docs/conformance.md."""

import argparse
import logging
import os
import tempfile
from pathlib import Path

import django


def main() -> None:
    """Read the document, replace its generated parts, write it."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument(
        "--code", action="store_true", help="leave the table of real files as it is"
    )
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
    django.setup()
    logging.disable(logging.WARNING)
    from tests.conformance.statement import STATEMENT, blocks, with_block

    parts = blocks()
    if not arguments.code:
        parts["corpus"] = _corpus()
    text = STATEMENT.read_text(encoding="utf-8")
    for name, content in parts.items():
        text = with_block(text, name, content)
    STATEMENT.write_text(text, encoding="utf-8")


def _corpus() -> str:
    from tests.conformance.corpus_table import measure
    from tests.corpus_site import filled_site

    with tempfile.TemporaryDirectory() as folder:
        data_dir, packed = Path(folder) / "data", Path(folder) / "zip"
        data_dir.mkdir()
        packed.mkdir()
        with filled_site(data_dir, packed) as site:
            return measure(site)


if __name__ == "__main__":
    main()
