"""The SBML in libRoadRunner alone.

A drug is a species that stays as it is set, in nM: libRoadRunner does not carry a change of the
parameter `torin1_nM` over to it. Here the drug comes with the dose, not before it.
"""

import matplotlib.pyplot as plt
import roadrunner

from ketamine_mtor import paths

model = roadrunner.RoadRunner(str(paths.sbml()))
model.integrator.setValue("relative_tolerance", 1e-8)
model.timeCourseSelections = ["time", "pS6K_T389"]
for torin1 in (0, 2, 250):
    model.resetToOrigin()
    model["[Torin1]"] = torin1
    run = model.simulate(0, 6 * 3600, 361)
    plt.plot(run[:, 0] / 3600, run[:, 1], label=f"{torin1} nM torin1")
plt.xlabel("time (h)")
plt.ylabel("pS6K_T389")
plt.legend()
plt.savefig("in_roadrunner.svg")
