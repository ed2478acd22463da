"""How quick the package is beside other simulators: ``make bench`` writes docs/benchmarks.*.

==============  ===================================================================================
``problems``    networks of several sizes with what is run on them
``engines``     each simulator as its users would set it up: prepare, run
``amici_runs``  the same of AMICI, in an environment of its own
``single``      one run of each problem in each engine
``samples``     many parameter sets of one problem: the batch kernel, and libRoadRunner
``ensembles``   the two beside each other: accuracy, speed, workers, growth, memory
``whole``       what the package does as a whole: judged claims
``workers``     processes that stay, and their pace
``measure``     interleaved rounds, errors
``rows``        what was measured, as a table of rows
``page``        the page, from the rows
``picture``     the picture, from the rows
==============  ===================================================================================
"""
