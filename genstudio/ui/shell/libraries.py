"""What Qt takes from the system, and what to tell a person whose system lacks some of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from genstudio.core.errors import UserError

__all__ = ["qt_loading"]

# As the loader of Linux says it.
_MISSING = re.compile(r"(?P<library>lib\S+\.so\S*): cannot open shared object file")


@contextmanager
def qt_loading() -> Iterator[None]:
    """Within it, an import that fails for want of a system library says which one.

    Raises:
        UserError: a library of the system is missing.
    """
    try:
        yield
    except ImportError as error:
        found = _MISSING.match(str(error))
        if found is None:
            raise
        raise UserError(
            f"The window needs {found['library']}, which this system lacks.",
            "Install it with the system's package manager, then start again.",
        ) from error
