"""What a person is told when something they can mend went wrong."""

from __future__ import annotations

__all__ = ["UserError"]


class UserError(Exception):
    """A mistake or mishap that the person can do something about.

    Attributes:
        title: one sentence that says what happened, with the numbers in it.
        advice: one sentence that says what to do about it; may be empty.
    """

    def __init__(self, title: str, advice: str = "") -> None:
        super().__init__(title, advice)
        self.title = title
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()
