"""The one door in a source tree; what it opens stands in :mod:`duban.console`."""

from __future__ import annotations

import sys

from duban.console import main

if __name__ == "__main__":
    sys.exit(main())
