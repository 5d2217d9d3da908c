"""The server process that `roadmap serve` starts: `python -P -m backend.server.child --fd N --report-to N`.

It reports to its supervisor that it is ready, or why it failed. It does not start a database that was stopped on
purpose.
"""

import argparse
import sys

from orchestrator.start_report import StartReport


def main() -> int:
    parser = argparse.ArgumentParser(prog="backend.server.child", description=__doc__)
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--report-to", type=int, required=True)
    options = parser.parse_args()
    report = StartReport(options.report_to)
    with report.failures():
        from backend.__main__ import run  # imported here, so that errors of imports are reported too
    return run(options.fd, report, leave_stopped=True)


if __name__ == "__main__":
    sys.exit(main())
