"""`python -m glassgrad`."""

import sys

try:
    from .command_line import main
except KeyboardInterrupt:
    sys.exit("glassgrad: stopped")

sys.exit(main())
