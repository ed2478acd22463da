"""Own data laid over a run.

Points of Yuen and Mobley 1999, digitised in BhallaLab/FindSim: phospho-TrkB after a step of
BDNF, as a share of its highest. Yours may come from a file.
"""

from io import StringIO

import matplotlib.pyplot as plt
import pandas as pd

import ketamine_mtor as km

FILE = StringIO("minutes,share\n0,0\n0.5,0.07\n5,1\n15,0.66\n30,0.52\n")
data = pd.read_csv(FILE)
bdnf = {"BDNF": km.Bath(7.3, start=0)}
run = km.simulate(ketamine=0, drugs=bdnf, hours=0.5, every=10, observables=["pTrkB"])
rise = run["pTrkB"] - run["pTrkB"].baseline
plt.plot(60 * run["time"], rise / rise.max(), label="model")
plt.plot(data["minutes"], data["share"], "o", label="measured")
plt.xlabel("time (min)")
plt.ylabel("phospho-TrkB (share of the highest)")
plt.legend()
plt.savefig("own_data.svg")
