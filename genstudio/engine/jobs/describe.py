"""Which families and devices there are."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.messages import Describe, Description, Wish
from genstudio.engine.devices import devices
from genstudio.engine.jobs.compile_samplers import uncompiled
from genstudio.inpainting.base import methods
from genstudio.models.store import families

__all__ = ["run"]


def run(request: Describe) -> Generator[None, Wish | None, Description]:
    """Import every family; returns the cards."""
    yield None
    cards = tuple(family.card() for family in families().values())
    yield None
    known = tuple(method.card() for method in methods().values())
    return Description(cards, devices(), known, uncompiled())
