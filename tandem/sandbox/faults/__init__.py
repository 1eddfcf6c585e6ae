"""How the stand-in is told to break: knobs, who is hit, and the HTTP layer that carries it out."""

from tandem.sandbox.faults.board import Board
from tandem.sandbox.faults.knobs import Knobs

__all__ = ["Board", "Knobs"]
