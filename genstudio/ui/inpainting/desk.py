"""What lies on the desk: the image, its mask, and the run whose model completes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.runs import Run
from genstudio.ui.inpainting.sources import Sources
from genstudio.ui.inpainting.trial import Subject
from genstudio.ui.painting.document import Painting
from genstudio.ui.studio import Studio

__all__ = ["Desk"]

_BY_HAND = "drawn by hand"
_NO_LABELS = np.empty(0, np.int64)


class Desk(QObject):
    """Joins the painting to the sources of images. The mask stays when another image comes.

    Attributes:
        brought: another `Subject` lies there.
        painting: the picture and the mask, as they are now.
        sources: where images come from.
        run: the model's run, or None.
        subject: the image as it came.
        labels: (L,) the classes it is said to be of, or None for a model that wants none.
    """

    brought = Signal(object)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self.painting = Painting()
        self.sources = Sources(studio, self)
        self.run: Run | None = None
        self.subject = Subject(np.zeros((1, 1, 1), np.uint8), _NO_LABELS, _BY_HAND)
        self.labels: NDArray[np.int64] | None = None
        self.sources.brought.connect(self.put)

    def use(self, run: Run) -> None:
        """Turn to another model; the image stays if it is one of the model's, else it is blank."""
        self.run = run
        self.sources.use(run)
        if not self.fits:
            self.put(Subject(np.zeros(run.manifest.space.shape, np.uint8), _NO_LABELS, _BY_HAND))

    def put(self, subject: Subject, known: NDArray[np.bool_] | None = None) -> None:
        """Lay an image down, with a mask (*S) of its own or under the one that is there."""
        run = self.run
        if run is None or subject.image.shape != run.manifest.space.shape:
            return  # it was for another model
        self.subject = subject
        self.painting.begin("New picture")
        self.painting.set_image(subject.image, run.manifest.space.levels)
        if known is not None:
            self.painting.set_mask(np.asarray(known.all(axis=2)))
        self.painting.end()
        self.brought.emit(subject)

    @property
    def fits(self) -> bool:
        """Whether the picture is one of the model's."""
        space = None if self.run is None else self.run.manifest.space
        image = self.painting.image
        return space is not None and (image.shape, self.painting.levels) == (
            space.shape,
            space.levels,
        )

    def known(self) -> NDArray[np.bool_]:
        """(*S): all channels of a pixel are known, or none."""
        return np.broadcast_to(self.painting.known[..., None], self.painting.image.shape).copy()

    def subject_now(self) -> Subject:
        """The image as it is by now, with what was drawn on it since it came."""
        image, words = self.painting.image, self.subject.words
        if words != _BY_HAND and not np.array_equal(image, self.subject.image):
            words += ", drawn on"
        return Subject(image.copy(), self.subject.labels, words)

    def problem(self) -> str:
        """Why nothing of it can be completed, in one sentence; empty when it can."""
        if self.run is None:
            return "Choose a model in the library."
        if not self.fits:
            return f"The model completes images of {self.run.manifest.space}: bring another image."
        if self.painting.known.all():
            return "Nothing is hidden yet: paint over what is to be completed."
        return ""
