"""What the judge found, for people: a table on the terminal and a page with all behind it.

===============  ==============================================================================
``words``        what both say alike
``terminal``     the verdicts as tables for a terminal
``readme``       those of the caption as a table in README.md
``page``         the caption as a page: ``page.html``, ``page.css``, ``page.js``
``plots``        a plot per claim
``origins``      the rules of a claim's link, their numbers, their papers
``findings``     what the committed studies say of a claim
``activities``   the activity flow map, lit by simulated runs
===============  ==============================================================================
"""

from ketamine_mtor.report.page import TITLE, pieces, render, write
from ketamine_mtor.report.terminal import necessity, table
from ketamine_mtor.report.words import KINDS

__all__ = ["KINDS", "TITLE", "necessity", "pieces", "render", "table", "write"]
