"""`genstudio` and `python -m genstudio`: the window, or the command line.

Compute processes import this module again as they start, and a person waits for the window:
nothing is imported here before it is known which of the two is wanted.
"""

from __future__ import annotations

import os
import sys

__all__ = ["main"]


def main() -> int:
    """Open the window, with the files that were named, if any; else run a command.

    Returns:
        The exit code: 0, or 2 with one sentence on stderr for a mistake one can mend.
    """
    # Threads of torch that wait for each other by spinning take the processor from one another
    # as soon as anything else runs: measured, 5 to 20 times fewer steps a second. Compute
    # processes inherit this.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    arguments = sys.argv[1:]
    if arguments and not _are_files(arguments):
        from genstudio.cli import main as run_command  # noqa: PLC0415

        return run_command(arguments)

    from pathlib import Path  # noqa: PLC0415

    from genstudio.core.errors import UserError  # noqa: PLC0415

    try:
        from genstudio.app import open_window  # noqa: PLC0415 - it may miss a system library

        return open_window([Path(argument) for argument in arguments])
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _are_files(arguments: list[str]) -> bool:
    """Whether files are to be opened, as a desktop asks for it; no command has a dot."""
    return all("." in each and os.path.isfile(each) for each in arguments)  # noqa: PTH113 - light


if __name__ == "__main__":
    sys.exit(main())
