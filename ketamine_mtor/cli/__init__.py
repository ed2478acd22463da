"""The command ``ketamine-mtor``: a thin layer over the package.

==============  ==================================================================
``program``     the commands
``options``     options that commands share
``typed``       what is typed, as what the package takes
``printed``     what a command prints
``commands``    how every command ends, and its help
``completion``  what a shell completes
``info``        the lists of names
``doctor``      what works here, what is missing, how to get it
==============  ==================================================================
"""

from ketamine_mtor.cli.program import main

__all__ = ["main"]
