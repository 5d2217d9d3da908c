"""`python -m cli`: run the command without its script. Processes that start further ones use it."""

import sys

from cli.app import main

sys.exit(main())
