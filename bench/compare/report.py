"""What was measured, as Markdown and as charts."""
import datetime, os, platform, statistics, sys

import charts, plan


class Results:
    def __init__(self, settings):
        self.settings, self.rows, self.failures, self.versions = settings, [], [], {}
        self.abouts = {}
        self.load = os.getloadavg()[0]

    def add(self, corpus, store, job, tool, turn, cost, requests, stored, files_alone, content, before):
        row = {"corpus": corpus.name, "store": store.name, "job": job, "tool": tool, "turn": turn, "wall": cost.wall, "user": cost.user, "kernel": cost.kernel,
               "cpu": cost.user + cost.kernel, "peak": cost.peak, "kinds": requests or {}}
        if requests is not None:
            row["requests"] = sum(requests.values())
        if stored is not None:
            row |= {"stored": stored, "stored / content": stored / content}
        if files_alone is not None:
            row |= {"files alone": files_alone, "files alone / content": files_alone / content}
        if job in ("changed", "night"):
            row["added"] = stored - before
        self.rows.append(row)
        self.abouts[corpus.name] = f"{corpus.files:,} files, {content / 1e6:,.0f} MB: {plan.ABOUT[corpus.name]}"
        print(f"  {store.name:9} {plan.JOBS[job]:31} {tool:6} {cost.wall:8.2f} s wall {cost.user:8.2f} + {cost.kernel:7.2f} s CPU {cost.peak:6.0f} MiB"
              + (f" {stored / 1e6:10.2f} MB stored" if stored is not None else ""), file=sys.stderr, flush=True)

    def fail(self, corpus, store, job, tool, why):
        self.failures.append((corpus.name, store.name, job, tool, why))
        print(f"  {store.name:9} {plan.JOBS[job]:31} {tool:6} failed: {why}", file=sys.stderr, flush=True)

    def ours_failed(self):
        return any(tool == "abf" for _, _, _, tool, _ in self.failures)

    def write(self):
        """Writes RESULTS.md and the charts where they are wanted; returns the text."""
        text = self.text()
        if self.settings.output:
            charts.write(os.path.join(self.settings.output, "charts"), self)
            with open(os.path.join(self.settings.output, "RESULTS.md"), "w") as file:
                file.write(text)
        return text

    def text(self):
        return "\n".join([*self._head(), *self._targets(), *self._tables(), *self._failures()]) + "\n"

    def places(self):
        return sorted({(row["corpus"], row["store"]) for row in self.rows}, key=lambda place: (list(plan.ABOUT).index(place[0]), place[1] == "azurite"))

    def tools_of(self, corpus, store):
        return list(dict.fromkeys(row["tool"] for row in self.rows if (row["corpus"], row["store"]) == (corpus, store)))

    def values(self, corpus, store, job, tool, figure):
        """By round."""
        return {row["turn"]: row[figure] for row in self.rows
                if (row["corpus"], row["store"], row["job"], row["tool"]) == (corpus, store, job, tool) and figure in row}

    def median(self, *which):
        values = self.values(*which)
        return statistics.median(values.values()) if values else None

    def ratio(self, corpus, store, job, peer, figure):
        """The median of ours / peer, each within one round: what else the machine does falls on both."""
        ours, theirs = (self.values(corpus, store, job, tool, figure) for tool in ("abf", peer))
        pairs = [ours[turn] / theirs[turn] for turn in ours if theirs.get(turn)]
        return statistics.median(pairs) if pairs else None

    def _head(self):
        cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        yield from [
            "# Results", "",
            f"Written by `eng/bench --{self.settings.size}`, not by hand; {self.settings.rounds} round(s), each tool in turn within a round, medians. "
            "abf includes the dump of the database and the proof; the peers get the files alone, except for the dump. "
            "\"Files alone\" leaves out abf's packs of dumps; its listings, lists of required files and proof stay in.", "",
            f"{datetime.date.today()}, {os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, Linux {platform.release()}, load {self.load:.1f} at the beginning. "
            + "; ".join(f"{tool}: {version}" for tool, version in self.versions.items()) + ".", ""]

    def _targets(self):
        yield from ["## Targets", "", "| corpus | job | store | figure | at most | seen | |", "|---|---|---|---|---|---|---|"]
        for target in plan.TARGETS:
            for corpus, store in self.places():
                if corpus != target.corpus or target.store not in (None, store):
                    continue
                seen = self.ratio(corpus, store, target.job, target.peer, target.figure) if target.peer else self.median(corpus, store, target.job, "abf", target.figure)
                if seen is not None:
                    against = f"{target.figure} / {target.peer}" if target.peer else target.figure + (" MiB" if target.figure == "peak" else "")
                    yield f"| {corpus} | {plan.JOBS[target.job]} | {store} | {against} | {target.most:.4g} | {seen:.3g} | {'met' if seen <= target.most else '**missed**'} |"
        yield ""

    def _tables(self):
        for corpus, store in self.places():
            peers = [tool for tool in self.tools_of(corpus, store) if tool != "abf"]
            yield from [f"## {corpus}, {store}", "", self.abouts[corpus] + ".", ""]
            if self.settings.output:
                yield from [f"![wall seconds]({charts.name_of(corpus, store)})", ""]
            heads = "".join(f" wall / {peer} | CPU / {peer} |" for peer in peers)
            yield f"| job | tool | wall s | CPU s: user | kernel | peak MiB | stored MB | files alone MB | added MB | requests |{heads}"
            yield "|---" * (10 + 2 * len(peers)) + "|"
            for job in plan.JOBS:
                for tool in self.tools_of(corpus, store):
                    yield from self._row(corpus, store, job, tool, peers)
            yield ""

    def _row(self, corpus, store, job, tool, peers):
        if self.median(corpus, store, job, tool, "wall") is None:
            return
        cells = [plan.JOBS[job], tool]
        for figure, digits, unit in [("wall", 2, 1), ("user", 2, 1), ("kernel", 2, 1), ("peak", 0, 1), ("stored", 2, 1e6), ("files alone", 2, 1e6), ("added", 3, 1e6)]:
            value = self.median(corpus, store, job, tool, figure)
            cells.append("" if value is None else f"{value / unit:,.{digits}f}")
        cells.append(self._requests(corpus, store, job, tool))
        for peer in peers:
            for figure in ("wall", "cpu"):
                ratio = self.ratio(corpus, store, job, peer, figure) if tool == "abf" else None
                cells.append("" if ratio is None else f"{ratio:.3f}")
        yield "| " + " | ".join(cells) + " |"

    def _requests(self, corpus, store, job, tool):
        last = [row for row in self.rows if (row["corpus"], row["store"], row["job"], row["tool"]) == (corpus, store, job, tool)][-1]
        if "requests" not in last:
            return ""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(last["kinds"].items(), key=lambda item: -item[1]) if kind)
        return f"{last['requests']}: {kinds}" if kinds else str(last["requests"])

    def _failures(self):
        if self.failures:
            yield from ["## Not done", "", "What a tool did not do, it was not asked to go on from.", ""]
            yield from (f"- {tool}, {corpus} to {store}, {plan.JOBS[job]}: {why}" for corpus, store, job, tool, why in self.failures)
