"""`python -m noctisview VERB`: see `noctisview.verbs`."""

import importlib
import sys

if __name__ == "__main__":
    # Imported only here: processes that make demo pictures run this file again to find their
    # feet, and loading Django would take them longer than many a picture.
    sys.exit(importlib.import_module("noctisview.verbs").main())
