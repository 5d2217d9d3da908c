"""Mends: what a critic finds in a content, and the exact replacement of the passages that it quotes."""

from domain.mending.critique import Critique, Remark
from domain.mending.mends import Mend, Mended, mended

__all__ = ["Critique", "Mend", "Mended", "Remark", "mended"]
