"""Which numbers decide which claims, and what the numbers rest on: tables and pages.

===============  ==============================================================================
``tables``       the committed tables of ``validation/results/``
``evidence``     how many numbers are measured, and ``docs/parameters.md``
``runs``         many animals some of whose numbers are changed
``differences``  the sensitivities, by central differences
``page``         ``docs/sensitivity.md`` and its picture
===============  ==============================================================================
"""
