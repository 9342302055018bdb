"""Where sound can go out and come in, as it is now.

PortAudio sees what was plugged in only as it starts, and must not be started anew while a stream
is open. It is therefore asked in a process that ends with its answer.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection

from genstudio.audio.device import AudioDevice
from genstudio.audio.portaudio import devices, silence_libraries
from genstudio.core.errors import UserError

__all__ = ["AudioDevice", "DeviceQuery", "inputs", "outputs"]

_PATIENCE = 10.0  # seconds; a driver may hang


class DeviceQuery:
    """A question for the outputs and the inputs that is being answered.

    A window starts it and looks at `ready` now and then; nothing but `result` waits.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_answer, args=(theirs,), name="genstudio devices", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def ready(self) -> bool:
        """Whether `result` would return at once."""
        return self._pipe.poll()

    def result(self) -> tuple[tuple[AudioDevice, ...], tuple[AudioDevice, ...]]:
        """The outputs and the inputs, once.

        Raises:
            UserError: PortAudio is not on this machine, or a driver does not answer.
        """
        try:
            answer = self._pipe.recv() if self._pipe.poll(_PATIENCE) else None
        except EOFError:
            answer = None
        self.close()
        if answer is None:
            raise UserError("The sound devices of this machine could not be listed.")
        if isinstance(answer, UserError):
            raise answer
        found: tuple[tuple[AudioDevice, ...], tuple[AudioDevice, ...]] = answer
        return found

    def close(self) -> None:
        """Ask no longer."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def outputs() -> tuple[AudioDevice, ...]:
    """Where sound can go out now; takes about half a second.

    Raises:
        UserError: PortAudio is not on this machine, or a driver does not answer.
    """
    return DeviceQuery().result()[0]


def inputs() -> tuple[AudioDevice, ...]:
    """Where sound can come in now; takes about half a second.

    Raises:
        UserError: PortAudio is not on this machine, or a driver does not answer.
    """
    return DeviceQuery().result()[1]


def _answer(connection: Connection) -> None:
    silence_libraries()
    try:
        connection.send((devices("output"), devices("input")))
    except UserError as error:
        connection.send(error)
