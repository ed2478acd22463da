"""The companions say what the SBML says, in other forms, and each check of them can fail."""

from __future__ import annotations

import dataclasses
import itertools
import re
import subprocess
import warnings
from pathlib import Path

import libsbml
import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor import companions, emit, knowledge, network, optional, paths
from ketamine_mtor.claims.figures import load_figures
from ketamine_mtor.companions import antimony, bngl, cps, dosing, equations
from ketamine_mtor.companions.__main__ import main
from ketamine_mtor.engines.compiled import compile_sbml
from ketamine_mtor.errors import InputError, MissingExtra
from ketamine_mtor.optional import extra
from ketamine_mtor.rules import build_model, homes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import basico

pytestmark = pytest.mark.xdist_group("companions")

ROOT = Path(__file__).parents[1]
HOURS, EVERY = 72, 300
NAMES = list(knowledge.load().observables)
#: As near as two solvers come to each other, as a share of each readout's maximum.
NEAR = 1e-5
#: BioNetGen finds the drug-free steady state anew.
NEAR_RESTED = 1e-4
SECONDS_PER_HOUR = 3600


@pytest.fixture(scope="module")
def sbml():
    return paths.read(paths.sbml())


@pytest.fixture(scope="module")
def made():
    return {name: content.decode() for name, content in companions.made().items()}


@pytest.fixture(scope="module")
def tenfold():
    return by_package([(0, 10)])


def by_package(doses):
    run = km.simulate(ketamine=doses, hours=HOURS, every=EVERY)
    return np.column_stack([run[name].values for name in NAMES])


def by_roadrunner(text, doses=(), **settings):
    """The readouts. Just before each later dose (h, mg/kg), traces become nothing.

    CVODE stops where a dose meets traces of 1e-300, which absent drugs leave.
    """
    runner = compile_sbml(text)
    runner.getIntegrator().setValue("relative_tolerance", 1e-9)
    for name, value in settings.items():
        runner.setValue(name, value)
    runner.reset()
    runner.timeCourseSelections = NAMES
    times = np.arange(0, HOURS * SECONDS_PER_HOUR + 1, EVERY)
    edges = [0, *(hours * SECONDS_PER_HOUR - 1 for hours, _ in doses if hours), times[-1] + 1]
    parts = []
    for start, end in itertools.pairwise(edges):
        state = runner.model.getFloatingSpeciesConcentrations()
        runner.model.setFloatingSpeciesConcentrations(np.where(abs(state) < 1e-12, 0, state))
        inside = times[(times > start) & (times < end)]
        read = np.array(runner.simulate(times=[start, *inside, end]))
        parts.append(read[1 if start else 0 : -1])
    return np.vstack(parts)


def by_copasi(text, **settings):
    """The readouts, as the time course of the text is set up if it is a COPASI file."""
    module = basico.load_model_from_string(text)
    try:
        for name, value in settings.items():
            basico.set_parameters(name, exact=True, initial_value=value, model=module)
        own = "<COPASI" in text
        end, steps = HOURS * SECONDS_PER_HOUR, HOURS * SECONDS_PER_HOUR // EVERY
        tight = {} if own else {"r_tol": 1e-9, "a_tol": 1e-12, "max_steps": 1_000_000}
        read = basico.run_time_course_with_output(
            [f"Values[{name}]" for name in NAMES],
            *(() if own else (0, end, steps)),
            model=module,
            **tight,
        )
        return read.to_numpy()
    finally:
        basico.remove_datamodel(module)


def apart(ours, theirs):
    """The largest difference of any readout, as a share of its maximum."""
    assert ours.shape == theirs.shape
    return float((np.abs(ours - theirs).max(axis=0) / np.abs(theirs).max(axis=0)).max())


# The files


def test_the_committed_companions_are_what_is_generated(made):
    files = {name: text.encode() for name, text in made.items()}
    assert companions.differences(files, ROOT) == []


def test_what_is_made_again_is_the_same(made, sbml):
    assert companions.COMPANIONS.keys() == made.keys()
    for name, make in companions.COMPANIONS.items():
        assert make(sbml) == made[name], name


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A checkout with two companions that are quick to make."""
    quick = {"sbml/loud.txt": str.upper, "docs/twice.md": lambda text: 2 * text}
    monkeypatch.setattr(companions, "COMPANIONS", quick)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    paths.sbml().parent.mkdir()
    paths.sbml().write_text("some text\n", encoding="utf-8")
    return tmp_path


def test_the_command_writes_what_its_check_then_finds(small, capsys):
    assert main([]) == 0
    assert (small / "sbml" / "loud.txt").read_text(encoding="utf-8") == "SOME TEXT\n"
    capsys.readouterr()
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.breaks("ketamine_mtor.companions --check")
def test_the_check_names_each_file_that_is_otherwise(small, capsys):
    main([])
    capsys.readouterr()
    (small / "sbml" / "loud.txt").write_text("quiet\n", encoding="utf-8")
    (small / "docs" / "twice.md").unlink()
    assert main(["--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" is not")[0] for line in lines] == [
        str(small / "sbml" / "loud.txt"),
        str(small / "docs" / "twice.md"),
    ]


def test_without_the_sbml_the_command_says_so_in_one_line(small, capsys):
    paths.sbml().unlink()
    assert main(["--check"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("make", "package"), [(antimony.write, "antimony"), (cps.write, "basico")])
def test_a_missing_package_is_named_with_its_extra(make, package, sbml, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(optional, "import_module", missing)
    with pytest.raises(MissingExtra, match=rf"{package}: install ketamine-mtor\[test\]"):
        make(sbml)


@pytest.mark.parametrize(
    "make", [dosing.write, antimony.write, cps.write, lambda text: equations.write(text, {})]
)
def test_what_is_no_sbml_is_an_input_error(make):
    with pytest.raises(InputError, match="SBML"):
        make("no SBML")


def test_the_page_names_every_companion():
    page = (ROOT / "docs" / "companions.md").read_text(encoding="utf-8")
    assert [name for name in companions.COMPANIONS if f"`{name}`" not in page] == []


def test_the_script_of_the_page_gives_the_doses(monkeypatch):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "companions.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)
    times, values = np.vstack(names["parts"]).T
    run = km.simulate(ketamine=[(0, 10), (24, 10), (48, 10)], every=EVERY)["pS6K_T389"]
    theirs = np.interp(times / SECONDS_PER_HOUR, run["time"], run)
    assert np.abs(values - theirs).max() < 0.01 * float(run.max())


# Doses


def test_the_file_with_doses_is_valid_with_strict_units(made):
    text = made["sbml/ketamine_mtor_dosing.xml"]
    assert emit.problems(text) == []
    unit = f'id="{dosing.AMOUNT}" name="{dosing.AMOUNT}" value="10" units="'
    assert text.count(f"{unit}mg_per_kg") == 1
    assert emit.problems(text.replace(f"{unit}mg_per_kg", f"{unit}second"))


SCHEDULES = [
    ({}, [(0, 10), (24, 10), (48, 10)]),
    ({"ketamine_dose": 0, dosing.COUNT: 1, dosing.START: 7200, dosing.AMOUNT: 30}, [(2, 30)]),
    ({"ketamine_dose": 0, dosing.COUNT: 1, dosing.START: 0}, [(0, 10)]),
    (
        {dosing.COUNT: 4, dosing.START: 5400, dosing.INTERVAL: 4200},
        [(0, 10), *((1.5 + k * 7 / 6, 10) for k in range(4))],
    ),
]


@pytest.mark.parametrize(("settings", "doses"), SCHEDULES)
def test_doses_by_events_are_those_of_the_package(made, settings, doses):
    text, theirs = made["sbml/ketamine_mtor_dosing.xml"], by_package(doses)
    assert apart(by_roadrunner(text, doses, **settings), theirs) < NEAR
    assert apart(by_copasi(text, **settings), theirs) < NEAR


def test_other_doses_are_told_apart(made, tenfold):
    ours = by_roadrunner(made["sbml/ketamine_mtor_dosing.xml"], [(24, 10), (48, 10)])
    assert apart(ours, tenfold) > NEAR


def test_without_further_doses_it_is_the_model_itself(made, sbml):
    ours = by_roadrunner(made["sbml/ketamine_mtor_dosing.xml"], **{dosing.COUNT: 0})
    assert apart(ours, by_roadrunner(sbml)) < 1e-9


def test_a_model_without_a_depot_has_no_doses(sbml):
    with pytest.raises(InputError, match="depot"):
        dosing.write(
            sbml.replace('symbol="Ketamine"', 'symbol="Ketamine_blood"').replace(
                "<ci> ketamine_depot_0 </ci>", "<ci> ketamine_dose </ci>"
            )
        )


# Antimony


def back(text):
    tool = extra("antimony", "this test")
    tool.clearPreviousLoads()
    assert tool.loadAntimonyString(text) >= 0, tool.getLastError()
    return tool.getSBMLString(tool.getMainModuleName())


def test_antimony_read_back_runs_as_the_sbml(made, sbml):
    text = made["sbml/ketamine_mtor.ant"]
    again = back(text)
    assert apart(by_roadrunner(again), by_roadrunner(sbml)) < 1e-9
    assert emit.problems(again) == []
    faster, changed = re.subn(
        r"\bketamine_elimination = [0-9.e-]+", "ketamine_elimination = 0.01", text
    )
    assert changed == 1
    assert apart(by_roadrunner(back(faster)), by_roadrunner(sbml)) > NEAR


# BNGL


@pytest.fixture(scope="module")
def by_bionetgen(tmp_path_factory):
    """What BioNetGen makes of the committed file, which is what is generated (tested)."""
    folder = tmp_path_factory.mktemp("bngl")
    program = network.bionetgen() / "BNG2.pl"
    command = ["perl", program, "--outdir", folder, ROOT / "sbml" / "ketamine_mtor.bngl"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def section(text, name):
    """The lines of a section of a network file, each without its number."""
    inside = text.partition(f"begin {name}\n")[2].partition(f"end {name}")[0]
    return [line.split("#")[0].split()[1:] for line in inside.splitlines()]


def test_bionetgen_makes_the_committed_network_of_the_bngl(by_bionetgen):
    ours = (by_bionetgen / "ketamine_mtor.net").read_text(encoding="utf-8")
    committed = paths.read(paths.network())
    assert len(section(committed, "species")) > 200
    # The amounts of a network file are those of its seeds, here without the dose.
    for name, columns in (("species", 1), ("reactions", 3)):
        mine, theirs = ([line[:columns] for line in section(t, name)] for t in (ours, committed))
        assert mine == theirs
    assert section(ours.replace("end reactions", ""), "reactions") != section(
        committed, "reactions"
    )


def test_the_actions_of_the_bngl_rest_and_dose(by_bionetgen, tenfold):
    lines = (by_bionetgen / "ketamine_mtor_dose.gdat").read_text(encoding="utf-8").splitlines()
    names = lines[0].lstrip("# ").split()
    read = np.array([line.split() for line in lines[1:]], dtype=float)
    ours = read[:, [names.index(name) for name in NAMES]]
    assert apart(ours, tenfold) < NEAR_RESTED


def test_a_model_without_a_depot_has_no_bngl():
    model = build_model()
    model.initials.remove(next(i for i in model.initials if i.value.name == "n_ketamine_depot_0"))
    with pytest.raises(InputError, match="n_ketamine_depot_0"):
        bngl.write(model)


# COPASI


def test_the_time_course_of_the_copasi_file_is_that_of_the_package(made, tenfold):
    text = made["sbml/ketamine_mtor.cps"]
    assert apart(by_copasi(text), tenfold) < NEAR
    assert apart(by_copasi(text, ketamine_dose=30), tenfold) > NEAR


def test_the_copasi_file_scans_the_dose(made):
    module = basico.load_model_from_string(made["sbml/ketamine_mtor.cps"])
    read = basico.run_scan(output=["Values[ketamine_dose]", "Values[pS6K_T389]"], model=module)
    basico.remove_datamodel(module)
    doses = load_figures()[cps.SCAN].over
    ours = read.groupby("Values[ketamine_dose]")["Values[pS6K_T389]"].max()
    experiment = km.Experiment(hours=HOURS, every=EVERY, observables=["pS6K_T389"])
    theirs = km.scan(experiment, {"ketamine": doses})["pS6K_T389"].max("time")
    assert ours.index.tolist() == list(doses)
    np.testing.assert_allclose(ours, theirs, rtol=NEAR)


def test_the_copasi_file_plots_readouts_and_keeps_what_is_said_of_the_model(made):
    module = basico.load_model_from_string(made["sbml/ketamine_mtor.cps"])
    count = module.getNumPlotSpecifications()
    listed = [basico.get_plot_dict(place, model=module) for place in range(count)]
    plots = {plot["name"]: plot for plot in listed}
    said = basico.get_miriam_annotation(model=module)
    basico.remove_datamodel(module)
    windows = load_figures()[cps.COURSE].plots
    shown = [curve["name"] for title in windows for curve in plots[title]["curves"]]
    assert shown == [name for names in windows.values() for name in names]
    assert all(len(curve["channels"]) == 2 for plot in plots.values() for curve in plot["curves"])
    assert said["creators"][0]["last_name"] == "ketamine_mtor developers"
    assert any("ijms21218410" in each["uri"] for each in said["descriptions"])


def test_the_copasi_file_has_no_date_and_no_path(made):
    text = made["sbml/ketamine_mtor.cps"]
    assert "generated with" not in text
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) == {"2026-11-24"}


def test_a_quantity_that_the_model_lacks_is_not_plotted(sbml, monkeypatch):
    figures = load_figures()
    course = dataclasses.replace(figures[cps.COURSE], plots={"Nothing": ("pS6K_T390",)})
    monkeypatch.setattr(cps, "load_figures", lambda: {**figures, cps.COURSE: course})
    with pytest.raises(InputError, match="nearest: 'pS6K_T389'"):
        cps.write(sbml)


def test_the_keys_and_the_order_of_annotations_do_not_stay():
    def text(first, second, *resources):
        said = "".join(f'<li resource="{each}"/>' for each in resources)
        return (
            f"<!-- generated with COPASI 1 at {first} -->\n"
            f'<F key="F_{first}" name="F_{second}"><rdf:RDF xmlns:rdf="r" about="#F_{first}">{said}'
            f'</rdf:RDF></F><F key="F_{second}"/><Use of="F_{first}"/>'
        )

    settled = cps.settled(text(7, 9, "a", "b"))
    assert settled == cps.settled(text(8, 9, "b", "a"))
    assert settled.startswith('<F key="F_0" name="F_9">') and settled.endswith('<Use of="F_0"/>')
    assert 'about="#F_0"' in settled
    assert settled != cps.settled(text(7, 9, "a", "c"))


# Equations


def tables(page):
    """The cells of each row of each table, by its header's cells."""
    found = {}
    for line in page.splitlines():
        if not line.startswith("| "):
            header = None
            continue
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")]
        if header is None:
            header = tuple(cells)
        elif cells[0] != "---":
            found.setdefault(header, []).append(cells)
    return found


def wrong(page, runner):
    """What the page says otherwise than the running model does."""
    model = runner.model
    every = [*model.getFloatingSpeciesIds(), *model.getBoundarySpeciesIds()]
    values = {name: runner.getValue(f"[{name}]") for name in every}
    for name in (*model.getGlobalParameterIds(), *model.getCompartmentIds()):
        values[name] = runner.getValue(name)
    read = tables(page)
    faults, seen = [], set()

    def compare(name, formula, value):
        seen.add(name)
        found = eval(
            formula.replace("^", "**"), {"exp": np.exp, "log": np.log, "ln": np.log}, values
        )
        size = 1e-9 * abs(value) + 1e-12
        if abs(found - value) > size:
            faults.append(name)

    rates = dict(zip(model.getReactionIds(), model.getReactionRates(), strict=True))
    rows = read["v", "rule", "reaction", "rate (nmol/s)"]
    for (name, _, _, law), value in zip(rows, rates.values(), strict=True):
        compare(name, law, value)
        values[name] = value
    for header in (("parameter", "formula"), ("readout", "formula")):
        for name, formula in read[header]:
            compare(name, formula, values[name])
    speed = dict(
        zip(
            model.getFloatingSpeciesIds(), model.getFloatingSpeciesConcentrationRates(), strict=True
        )
    )
    for name, _, _, change in read["species", "in the rules", "start", "change"]:
        if name in speed:
            compare(name, change, speed[name])
        elif change != "held":
            faults.append(name)
    return faults + sorted({*speed, *NAMES} - seen)


def test_the_page_has_the_equations_of_the_model(made, sbml):
    runner = compile_sbml(sbml)
    runner.simulate(0, 2 * SECONDS_PER_HOUR, 3)
    page = made["docs/equations.md"]
    assert wrong(page, runner) == []
    assert wrong(
        page.replace("| `blood * ketamine_elimination", "| `2 * blood * ketamine_elimination"),
        runner,
    ) == ["v5"]
    assert wrong(page.replace("`(v3 - v4 ", "`(v3 + v4 "), runner) == ["Ketamine_extracellular"]


def test_a_law_that_calls_a_function_is_written_out(sbml, made):
    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    function = model.createFunctionDefinition()
    function.setId("first_order")
    function.setMath(libsbml.parseL3Formula("lambda(c, k, a, c * k * a)"))
    law = model.getReaction("ketamine_eliminated__Ketamine_blood").getKineticLaw()
    call = "first_order(blood, ketamine_elimination, Ketamine_blood)"
    law.setMath(libsbml.parseL3Formula(call))
    text = libsbml.writeSBMLToString(document)
    assert emit.problems(text) == []
    assert equations.write(text, homes()) == made["docs/equations.md"]


def test_an_sbml_of_other_rules_has_no_page(sbml):
    known = homes()
    del known["ketamine_absorbed"]
    with pytest.raises(InputError, match="ketamine_absorbed"):
        equations.write(sbml, known)


def test_every_rule_has_a_home_in_a_module():
    found = homes()
    assert {rule.name for rule in build_model().rules} <= found.keys()
    assert found["ketamine_absorbed"] == "ketamine"
