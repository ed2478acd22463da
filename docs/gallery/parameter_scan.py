"""A scan of a parameter and the dose.

One run per point of the grid; the result has a dimension per scanned name, and units.
"""

import matplotlib.pyplot as plt

import ketamine_mtor as km

rates = [0.00024, 0.00048, 0.00096, 0.00192]  # 1/s
grid = {"BDNF_clearance": rates, "ketamine": [3, 10, 20, 30]}
runs = km.scan(hours=4, observables=["pAkt_T308"], over=grid)
rise = runs["pAkt_T308"].max("time") - runs["pAkt_T308_baseline"]
bar = {"label": "highest rise of pAkt_T308 (fraction)"}
rise.plot.contourf(x="ketamine", y="BDNF_clearance", yscale="log", levels=12, cbar_kwargs=bar)
plt.xlabel("ketamine (mg/kg)")
plt.ylabel("clearance of BDNF (1/s)")
plt.savefig("parameter_scan.svg", bbox_inches="tight")
runs.to_netcdf("parameter_scan.nc")
