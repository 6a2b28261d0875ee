"""How each job of ours grows with the number of files: eng/bench --scaling 10000 --scaling 100000 ..."""
import argparse, math, os

import plan, report

FIGURES = [("cpu", "CPU s", 2, 1), ("wall", "wall s", 2, 1), ("peak", "peak MiB", 0, 1), ("requests", "requests", 0, 1), ("stored beside", "stored beside the content, MB", 2, 1e6)]


def run(settings, tools, database, compare):
    """compare: measures one corpus. Returns the text, which is written beside RESULTS.md as well."""
    sizes = sorted(settings.scaling)
    measured = {}
    for files in sizes:
        own = argparse.Namespace(**vars(settings))
        own.files, own.tool, own.output = files, ["abf"], None
        results = measured[files] = report.Results(own)
        results.versions = {tool.name: tool.version() for tool in tools if tool.name == "abf"}
        for name in settings.corpus:
            compare(own, name, tools, database, results)
    text = "\n".join(lines(settings, sizes, measured)) + "\n"
    if settings.output:
        with open(os.path.join(settings.output, "SCALING.md"), "w") as file:
            file.write(text)
    return text, any(results.ours_failed() for results in measured.values())


def lines(settings, sizes, measured):
    yield from ["# Scaling", "", "Written by `eng/bench --scaling`, not by hand. The exponent is that of the last two sizes: 0 is flat, 1 grows as the files do.", ""]
    for corpus, store in measured[sizes[0]].places():
        yield from [f"## {corpus}, {store}", "", plan.ABOUT[corpus] + ".", ""]
        yield "| job | figure | " + " | ".join(f"{files:,} files" for files in sizes) + " | exponent |"
        yield "|---" * (3 + len(sizes)) + "|"
        for job in plan.JOBS:
            for figure, shown, digits, unit in FIGURES:
                values = [value_of(measured[files], corpus, store, job, figure) for files in sizes]
                if any(value is not None for value in values):
                    cells = ["" if value is None else f"{value / unit:,.{digits}f}" for value in values]
                    yield f"| {plan.JOBS[job]} | {shown} | " + " | ".join(cells) + f" | {exponent(sizes, values)} |"
        yield ""
    for files in sizes:
        yield from measured[files]._failures()


def value_of(results, corpus, store, job, figure):
    if figure == "stored beside":
        stored, ratio = (results.median(corpus, store, job, "abf", name) for name in ("stored", "stored / content"))
        return stored - stored / ratio if job == "first" and ratio else None
    return results.median(corpus, store, job, "abf", figure)


def exponent(sizes, values):
    if len(sizes) < 2 or not all(values[-2:]):
        return ""
    return f"{math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2]):.2f}"
