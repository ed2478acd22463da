"""What is too long for every run, and is committed: tables of ``validation/results/``.

==================  ==============================================================================
``study``           a committed table, the command that makes it, and whether it is up to date
``necessity``       which claims fail without which rules
``rivals``          the variants of the model, judged on the same claims
``robustness``      how often claims hold with other numbers, and which numbers decide that
``agreement``       every experiment of the claims in every engine
``cost``            steps, Jacobians and stiffest modes of a run
``contradictions``  what the model shows where papers contradict each other
==================  ==============================================================================
"""
