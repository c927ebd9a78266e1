"""``python -m duban``."""

from __future__ import annotations

import sys

from duban.console import main

sys.exit(main())
