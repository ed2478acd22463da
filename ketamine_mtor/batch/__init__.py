"""Many runs of one network at once: a Rosenbrock method on registers of lanes.

=================  ================================================================================
``network``        a polynomial system and the static pattern of its factors
``rodas5p``        the method's coefficients
``lanes``          the register type: one number of each of several systems
``kernel``         step, error control, dense output
``solve``          what is called: many starts and constants to samples and end states
``mass_action``    an SBML text as such a network
``herd``           many animals of the model through one schedule
=================  ================================================================================

The compiled part needs numba, an optional extra. docs/kernel.md describes the method.
"""
