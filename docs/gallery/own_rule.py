"""An own rule added to the model.

Active S6K hastens the loss of PIP3: a feedback in short, at a made-up rate in 1/(nM s).
BioNetGen makes the new network: some seconds, with Perl and the extra `build`.
"""

import matplotlib.pyplot as plt
from pysb import Parameter, Rule

import ketamine_mtor as km

model = km.build_model()
s6k = model.monomers["RPS6KB1"](t229="p", t389="p")
lipid = model.monomers["PtdIns"]
rate = model.add_component(Parameter("S6K_PIP3", 0.005, _export=False))
step = s6k + lipid(head=None, p3="p") >> s6k + lipid(head=None, p3="u")
model.add_component(Rule("S6K_removes_PIP3", step, model.parameters["S6K_PIP3"], _export=False))
files = km.compile_model(model)
km.simulate(hours=12)["pAkt_T308"].plot(label="the caption's rules")
km.simulate(hours=12, files=files)["pAkt_T308"].plot(label="with the feedback")
plt.xlabel("time (h)")
plt.ylabel("pAkt_T308 (fraction)")
plt.legend()
plt.savefig("own_rule.svg")
