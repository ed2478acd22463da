"""Blocker panel.

How much of ketamine's effect each drug leaves: the highest rise above the same drug's own baseline.
"""

import matplotlib.pyplot as plt
import numpy as np

import ketamine_mtor as km

drugs = ["NBQX", "nifedipine", "anti_BDNF", "K252a", "LY294002", "MK2206", "rapamycin", "torin1"]
reads = ["glutamate", "Ca", "BDNF_released", "pTrkB", "pAkt_T308", "pS6K_T389", "synapses"]
rises = []
for given in [{}, *({drug: None} for drug in drugs)]:
    run = km.simulate(ketamine=10, drugs=given, hours=24, observables=reads)
    rises.append([float(run[name].max() - run[name][0]) for name in reads])
left = 100 * np.array(rises[1:]) / rises[0]
plt.imshow(left, vmin=0, vmax=100, cmap="viridis")
plt.xticks(range(len(reads)), reads, rotation=45, ha="right")
plt.yticks(range(len(drugs)), drugs)
plt.colorbar(label="rise left (% of ketamine alone)", extend="max")
plt.savefig("blocker_panel.svg", bbox_inches="tight")
