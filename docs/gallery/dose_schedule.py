"""A schedule of doses.

One dose, three doses a day apart, and the same amount as an infusion over six hours.
"""

import matplotlib.pyplot as plt

import ketamine_mtor as km

schedules = {
    "10 mg/kg once": 10,
    "10 mg/kg on three days": [(0, 10), (24, 10), (48, 10)],
    "30 mg/kg over 6 hours": [(0, 30, 360)],
}
figure, axes = plt.subplots(2, sharex=True)
for name, doses in schedules.items():
    run = km.simulate(ketamine=doses, hours=96, every=300)
    for axis, read in zip(axes, ["pS6K_T389", "synapses"], strict=True):
        run[read].plot(ax=axis, label=name)
        axis.set(ylabel=read, xlabel="")
axes[0].legend()
axes[1].set_xlabel("time (h)")
plt.savefig("dose_schedule.svg")
