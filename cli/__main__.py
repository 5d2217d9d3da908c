"""`python -m cli`: the command without its script, for processes that start it again."""

import sys

from cli.app import main

sys.exit(main())
