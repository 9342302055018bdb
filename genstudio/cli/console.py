"""How commands speak: tables and JSON to stdout, progress to stderr, Ctrl+C to the job."""

from __future__ import annotations

import dataclasses
import json
import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from genstudio.core.messages import Cancelled, Failed, Finished, Progress, Request, Wish
from genstudio.engine.client import InlineEngine, JobError

__all__ = [
    "Interrupted",
    "plain",
    "progress_console",
    "run_job",
    "say",
    "say_facts",
    "say_json",
    "say_table",
]


class Interrupted(Exception):  # noqa: N818 - no error: the person wished it
    """The person pressed Ctrl+C and the job has ended."""


def say(text: str) -> None:
    """One line to stdout."""
    sys.stdout.write(f"{text}\n")


def say_json(document: Any) -> None:
    """One JSON document to stdout; numbers that are not finite become null."""
    say(json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False))


def say_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> None:
    """A table to stdout, wrapped only where a person's terminal is narrow.

    Args:
        columns: the headings.
        rows: as many texts each.
        right: headings of the columns with numbers, separated by commas.
    """
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    numbers = right.split(",")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left")
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else 240
    Console(file=sys.stdout, width=width, markup=False, highlight=False).print(table)


def say_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and what they are, one below the other, to stdout."""
    table = Table.grid(padding=(0, 3, 0, 0))
    for fact in facts:
        table.add_row(*fact)
    width = None if sys.stdout.isatty() else 240
    Console(file=sys.stdout, width=width, markup=False, highlight=False).print(table)


def progress_console() -> Console:
    """Where progress goes: stderr as it is now."""
    return Console(file=sys.stderr, stderr=True, highlight=False)


def plain(value: Any) -> Any:
    """A result as JSON can hold it."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="python")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    elif isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def run_job(
    request: Request,
    on_progress: Callable[[Any], None] = lambda payload: None,
    *,
    stoppable: bool = False,
) -> Any:
    """Run one job to its end in this process; returns its result.

    The first Ctrl+C asks a stoppable job to stop and keep what there is, the second (the first,
    for other jobs) cancels it; one more ends the program where it stands.

    Raises:
        UserError: the job failed; a `JobError` with the traceback when it was a bug.
        Interrupted: it was cancelled.
    """
    engine = InlineEngine()
    with _interrupts(3 if stoppable else 2) as count:
        job = engine.submit(request)
        while True:
            if stoppable and count() == 1:
                # Said until it is heard: a job may be busy with what takes no wishes.
                engine.wish(job, Wish.STOP)
            elif count():
                engine.cancel(job)
            for event in engine.poll():
                if isinstance(event, Progress):
                    on_progress(event.payload)
                elif isinstance(event, Finished):
                    return event.result
                elif isinstance(event, Failed):
                    raise JobError(event)
                elif isinstance(event, Cancelled):
                    raise Interrupted


@contextmanager
def _interrupts(most: int) -> Iterator[Callable[[], int]]:
    """Count Ctrl+C; at `most` it does what it always does."""
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: 0  # signals reach the main thread alone
        return

    def press(number: int, frame: object) -> None:
        pressed.append(number)
        if len(pressed) >= most:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: len(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
