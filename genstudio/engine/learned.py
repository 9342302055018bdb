"""The data that a run learned from."""

from __future__ import annotations

from pathlib import Path

from genstudio.core.errors import UserError
from genstudio.core.runs import Run
from genstudio.core.spaces import Space
from genstudio.data import catalog
from genstudio.data.base import Split
from genstudio.models.base import GenerativeModel

__all__ = ["learned_split"]


def learned_split(folder: Path, model: GenerativeModel, name: str) -> Split:
    """A split of the data that a run learned from, in the form that its model reads.

    Raises:
        UserError: the data are not here, have no such split, or have changed since.
    """
    data = catalog.open_data(Run.open(folder).manifest.data)
    if data.space != model.space:
        raise UserError(
            f"The data have changed since the model learned from them: now {_form(data.space)}; "
            f"then {_form(model.space)}.",
            "Bring the pictures and their subfolders back as they were.",
        )
    return data.split(name)


def _form(space: Space) -> str:
    classes = [word for label in space.labels for word in label.classes]
    return f"{space}, " + (f"classes {', '.join(classes)}" if classes else "no classes")
