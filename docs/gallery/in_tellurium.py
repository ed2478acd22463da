"""The SBML in tellurium.

The file as it is gives 10 mg/kg at t=0; time is in seconds. A new dose takes effect at a reset.
"""

import matplotlib.pyplot as plt
import tellurium as te

from ketamine_mtor import paths

model = te.loadSBMLModel(str(paths.sbml()))
model.integrator.setValue("relative_tolerance", 1e-8)
for dose in (3, 10, 30):
    model.resetToOrigin()
    model["ketamine_dose"] = dose
    model.reset()
    run = model.simulate(0, 6 * 3600, 361, ["time", "glutamate"])
    plt.plot(run[:, 0] / 3600, run[:, 1], label=f"{dose} mg/kg")
plt.xlabel("time (h)")
plt.ylabel("glutamate (nM)")
plt.legend()
plt.savefig("in_tellurium.svg")
