"""Which digit is spoken in each sound."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from genstudio.core.errors import UserError
from genstudio.core.messages import Recognise, Recognised, Share, Wish
from genstudio.hearing.recogniser import CLASSES, loaded_recogniser, probabilities

__all__ = ["run"]


def run(request: Recognise) -> Generator[Share, Wish | None, Recognised]:
    """One sound after the other."""
    if not request.sounds:
        raise UserError("At least one sound is needed.")
    recogniser, found = loaded_recogniser(request.weights), []
    for sound in request.sounds:
        found.append(probabilities(recogniser, sound, request.rate))
        yield Share(len(found), len(request.sounds), "sounds heard")
    return Recognised(CLASSES, np.stack(found))
