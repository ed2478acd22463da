"""The SBML in COPASI, by basico.

COPASI calls the readouts global quantities; in its window the same is File, Import SBML.
"""

import basico
import matplotlib.pyplot as plt

from ketamine_mtor import paths

basico.load_model(str(paths.sbml()))
reads = ["NMDAR_interneuron_blocked", "GABA", "glutamate", "BDNF_released"]
outputs = ["Time", *(f"Values[{name}]" for name in reads)]
run = basico.run_time_course_with_output(outputs, duration=6 * 3600, intervals=360)
for name in reads:
    course = run[f"Values[{name}]"]
    plt.plot(run["Time"] / 3600, course / course.max(), label=name)
plt.xlabel("time (h)")
plt.ylabel("share of the highest")
plt.legend()
plt.savefig("in_copasi.svg")
