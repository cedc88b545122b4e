"""`python -m salesrules.cli` does what `salesrules` does."""

import sys

from salesrules.cli import main

sys.exit(main())
