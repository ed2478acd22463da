"""Generated tables as tab separated text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def tab_separated(rows: Iterable[Iterable[object]]) -> str:
    """The rows, the header among them, a line each; quoted where a cell needs it."""
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue()
