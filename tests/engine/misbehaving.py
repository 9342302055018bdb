"""Jobs that do what no job should, to see that the engine survives each."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from genstudio.core.errors import UserError
from genstudio.core.messages import Request, Wish, WorkerKind


@dataclass(frozen=True)
class Misbehave(Request):
    """Behave in one of these ways."""

    job: ClassVar[str] = "tests.engine.misbehaving"
    behaviour: Literal[
        "count", "hang", "kill", "segfault", "flood", "raise", "user error", "exit", "wishes",
        "never end", "refuse to close", "unpicklable",
    ]  # fmt: skip
    mark: str = os.devnull  # a file that appears when the hang begins


@dataclass(frozen=True)
class MisbehaveInTrainer(Misbehave):
    """The same, in a trainer."""

    worker: ClassVar[WorkerKind] = "trainer"


def run(  # noqa: PLR0912 - one branch per misbehaviour
    request: Misbehave,
) -> Generator[Any, Wish | None, Any]:
    """Start well, then misbehave."""
    yield "started"
    match request.behaviour:
        case "count":
            for number in range(100):
                yield number
            return 100
        case "hang":
            Path(request.mark).touch()
            while True:
                time.sleep(3600)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            sys.stderr.close()  # the handler's report is not wanted in the test's output
            ctypes.string_at(0)
        case "flood":
            for number in range(200_000):
                yield number
            return "flooded"
        case "raise":
            raise ValueError("a bug")
        case "user error":
            raise UserError("That was a mistake.", "Do it differently.")
        case "exit":
            os._exit(3)
        case "wishes":
            heard: list[Wish] = []
            while Wish.STOP not in heard:
                wish = yield list(heard)
                if wish is not None:
                    heard.append(wish)
            return heard
        case "never end":
            while True:
                yield None
        case "refuse to close":
            try:
                yield 1
                while True:
                    yield None
            finally:
                raise RuntimeError("the clean-up failed")
        case "unpicklable":
            yield lambda: None
    return None
