"""A process of its own that turns pages into one PDF, with limits of memory and of time.

It reads JSON on standard input (``documents``: list of HTML texts, ``identifier``: hex) and
writes the PDF on standard output. Nothing is fetched but pictures that stand in the pages
themselves. No Django here, and nothing else imports this module: WeasyPrint needs libraries of
the system that may be missing.
"""

import json
import resource
import sys
from typing import Any, Final

MISSING: Final = 3
_MEMORY_BYTES: Final = 3 * 1024**3
_CPU_S: Final = 600

try:
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher
except (ImportError, OSError) as error:  # OSError: pango, or what it needs, is not there
    sys.stderr.write(f"{error}\n")
    sys.exit(MISSING)

# PDF/A-2, conformance level B, and tagged for those who hear it.
_OPTIONS: Final = {"pdf_variant": "pdf/a-2b", "pdf_tags": True, "cache": {}}
_PICTURES: Final = ("data:image/png;base64,", "data:image/jpeg;base64,")


class OwnPicturesOnly(URLFetcher):  # type: ignore[misc]
    """Fetches nothing: only pictures that the page itself holds are read."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Return a picture of the page's own.

        Raises
        ------
        ValueError
            For every other address.
        """
        if not url.startswith(_PICTURES):
            raise ValueError("only pictures within the page are read")
        return super().fetch(url, headers)


def pdf_of(documents: list[str], identifier: bytes) -> bytes:
    """Return one PDF of HTML documents, each with page numbers of its own."""
    fonts = FontConfiguration()
    fetcher = OwnPicturesOnly(allowed_protocols=("data",), allow_redirects=False)
    rendered = [
        HTML(string=text, url_fetcher=fetcher).render(font_config=fonts, **_OPTIONS)
        for text in documents
    ]
    pages = [page for document in rendered for page in document.pages]
    pdf: bytes = rendered[0].copy(pages).write_pdf(pdf_identifier=identifier, **_OPTIONS)
    return pdf


def main() -> None:
    """Read what is to be printed, and write it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    task = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pdf_of(task["documents"], bytes.fromhex(task["identifier"])))


if __name__ == "__main__":
    main()
