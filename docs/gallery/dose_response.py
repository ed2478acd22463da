"""Dose response, with the dose of half the effect.

The highest BDNF in the extracellular fluid after one dose; EC50 is read off the rising limb.
"""

import matplotlib.pyplot as plt
import numpy as np

import ketamine_mtor as km

doses = np.geomspace(0.3, 100, 16)
runs = km.scan(hours=6, observables=["BDNF_released"], over={"ketamine": doses})
bdnf = runs["BDNF_released"]
rise = (bdnf.max("time") - bdnf.baseline).values
top = rise.argmax()
ec50 = np.interp(rise[top] / 2, rise[: top + 1], doses[: top + 1])
plt.semilogx(doses, rise, "o-")
plt.axvline(ec50, linestyle=":", label=f"EC50 {ec50:.1f} mg/kg")
plt.xlabel("ketamine (mg/kg)")
plt.ylabel("highest rise of released BDNF (nM)")
plt.legend()
plt.savefig("dose_response.svg")
