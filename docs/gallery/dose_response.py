"""Dose response, with the dose of half the effect.

The highest extracellular glutamate after one dose; EC50 is read off the rising limb.
"""

import matplotlib.pyplot as plt
import numpy as np

import ketamine_mtor as km

doses = np.geomspace(0.3, 100, 16)
runs = km.scan(ketamine=0, hours=6, observables=["BDNF_released"], over={"ketamine": doses})
rise = runs["BDNF_released"].max("time") - runs["BDNF_released"].baseline
best = int(rise.argmax())
ec50 = np.interp(rise[best] / 2, rise[: best + 1], doses[: best + 1])
plt.semilogx(doses, rise, "o-")
plt.axvline(ec50, linestyle=":", label=f"EC50 {ec50:.1f} mg/kg")
plt.xlabel("ketamine (mg/kg)")
plt.ylabel("rise of released BDNF (nM)")
plt.legend()
plt.savefig("dose_response.svg")
