"""Knockout panel.

The highest rise after 10 mg/kg without a gene, as a share of that in the wild type.
"""

import matplotlib.pyplot as plt
import pandas as pd

import ketamine_mtor as km

genes = ["GRIN1", "BDNF", "NTRK2", "AKT1", "RHEB", "RPTOR", "RICTOR", "RPS6KB1", "GAP43"]
reads = ["pTrkB", "pAkt_T308", "pS6K_T389", "synapses"]
rises = {}
for gene in [None, *genes]:
    knockouts = [] if gene is None else [gene]
    run = km.simulate(ketamine=10, knockouts=knockouts, hours=24, observables=reads)
    rises[gene or "wild type"] = {name: float(run[name].max() - run[name][0]) for name in reads}
table = pd.DataFrame(rises).T
share = 100 * table / table.loc["wild type"]
share.drop("wild type").plot.bar(ylabel="rise (% of wild type)", figsize=(8, 4))
plt.savefig("knockout_panel.svg", bbox_inches="tight")
