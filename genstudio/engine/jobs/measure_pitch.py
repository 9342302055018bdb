"""The pitch of each sound."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from genstudio.core.errors import UserError
from genstudio.core.messages import MeasurePitch, Pitched, Share, Wish
from genstudio.hearing.yin import pitch

__all__ = ["run"]


def run(request: MeasurePitch) -> Generator[Share, Wish | None, Pitched]:
    """One sound after the other."""
    if not request.sounds:
        raise UserError("At least one sound is needed.")
    found = []
    for sound in request.sounds:
        found.append(pitch(sound, request.rate))
        yield Share(len(found), len(request.sounds), "sounds measured")
    return Pitched(
        np.array([each.hertz for each in found]), np.array([each.periodic for each in found])
    )
