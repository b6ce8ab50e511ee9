"""`python -m glassgrad`."""

import sys

from .command_line import main

sys.exit(main())
