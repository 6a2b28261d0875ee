"""Ours and the peers side by side, in turn: A B A B. See eng/bench --help."""
import argparse, fcntl, os, shutil, signal, subprocess, sys, tempfile

import plan, report, scaling
from corpora import Corpus
from database import Database
from measure import Failed, run
from stores import AzuriteStore, DirectoryStore
from tools import PEERS, Ours

STORES = {"directory": DirectoryStore, "azurite": AzuriteStore}


def main():
    settings = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    kept = settings.work is not None
    settings.work = os.path.abspath(settings.work) if kept else tempfile.mkdtemp(prefix="abf-bench-")
    os.makedirs(settings.work, exist_ok=True)
    os.chmod(settings.work, 0o755)  # the database server is another account's
    lock = open(os.path.join(settings.work, "lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another run is at work in {settings.work}: name another place with --work")
    database = Database(settings.work)
    results = report.Results(settings)
    try:
        tools = [Ours(settings), *[peer(settings) for peer in PEERS if shutil.which(peer.name)]]
        results.versions = {tool.name: tool.version() for tool in tools}
        require_room(settings, len(tools))
        database.start()
        if settings.scaling:
            text, failed = scaling.run(settings, tools, database, compare)
            print(text)
            return 1 if failed else 0
        for name in settings.corpus:
            compare(settings, name, tools, database, results)
    except BaseException:
        print(results.text())  # what was measured until then
        raise
    finally:
        database.stop()
        for name in ("tools", "done"):
            shutil.rmtree(os.path.join(settings.work, name), ignore_errors=True)
        if not kept:
            shutil.rmtree(settings.work, ignore_errors=True)
    print(results.write())
    return 1 if results.ours_failed() else 0


def arguments():
    parser = argparse.ArgumentParser(prog="eng/bench", description="Measures abf beside restic, borg and rclone: the same corpora, in turn, in one run.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="some minutes (default)")
    size.add_argument("--medium", dest="size", action="store_const", const="medium", help="half an hour")
    size.add_argument("--full", dest="size", action="store_const", const="full", help="the sizes of the targets: an hour or more")
    parser.add_argument("--corpus", action="append", choices=list(plan.ABOUT), help="may be repeated; all unless said, and so with the next two")
    parser.add_argument("--store", action="append", choices=list(STORES))
    parser.add_argument("--job", action="append", choices=list(plan.JOBS), help="the first full is always taken")
    parser.add_argument("--tool", action="append", choices=[peer.name for peer in PEERS], help="peers; 'abf' is always there")
    parser.add_argument("--files", type=int, help="number of files, in place of the size's")
    parser.add_argument("--scaling", type=int, action="append", metavar="FILES", help="abf alone, with so many files, and so many, ...: how each job grows; writes SCALING.md where nothing else is filtered")
    parser.add_argument("--rounds", type=int, help="how often each job is measured; the median counts")
    parser.add_argument("--limit", type=int, help="seconds for one command")
    parser.add_argument("--abf", required=True, type=os.path.abspath, metavar="FILE", help="another executable than the one that is published now, such as one that is not native code")
    parser.add_argument("--work", metavar="DIR", help="keeps corpora and database there for the next run; else a temporary directory. Not on tmpfs")
    parser.add_argument("--output", metavar="DIR", help="where RESULTS.md and charts go; bench where nothing is filtered, else nowhere")
    parser.set_defaults(size="quick")
    settings = parser.parse_args()
    everything = not (settings.corpus or settings.store or settings.job or settings.tool or settings.files)
    if settings.scaling:
        settings.files = max(settings.scaling)
        settings.corpus, settings.store = settings.corpus or ["many"], settings.store or ["directory"]
    settings.output = settings.output or (os.path.join(os.path.dirname(os.path.abspath(__file__)), "..") if everything else None)
    settings.corpus = settings.corpus or list(plan.ABOUT)
    settings.store = settings.store or list(STORES)
    settings.job = settings.job or list(plan.JOBS)
    settings.rounds = settings.rounds or plan.ROUNDS[settings.size]
    settings.limit = settings.limit or plan.LIMITS[settings.size]
    return settings


def corpus_of(settings, name):
    files = settings.files or plan.SIZES[settings.size][name]
    if name in ("nights", "years"):
        return Corpus(name, 100 if name == "nights" else 2000, settings.work)
    return Corpus(name, files, settings.work, rows=10 if name == "dump" else 1)


def require_room(settings, tools):
    """The trees of all corpora, and what each tool restores of them in each round; and for one of them at a time each tool's repository."""
    trees = [corpus_of(settings, name).allocated() for name in settings.corpus]
    needed = sum(trees) * (1 + tools * settings.rounds * len(settings.store)) + max(trees) * tools + (2 << 30)
    free = shutil.disk_usage(settings.work).free
    if free < needed:
        raise SystemExit(f"{settings.work} has {free >> 20} MiB free, and {needed >> 20} are needed: name another place with --work, or fewer --files")
    files = sum(corpus_of(settings, name).files for name in settings.corpus) * (1 + tools * settings.rounds * len(settings.store))
    inodes = os.statvfs(settings.work).f_favail
    if 0 < inodes < files:
        raise SystemExit(f"{settings.work} has {inodes} inodes free, and {files} are needed: name another place with --work, or fewer --files")


def compare(settings, name, tools, database, results):
    corpus = corpus_of(settings, name)
    print(f"{name}: {corpus.files} files, making them where they are not there", file=sys.stderr, flush=True)
    corpus.make()
    for store_name in settings.store:
        here = [tool for tool in tools if name in tool.corpora and store_name in tool.stores and (tool.name == "abf" or not settings.tool or tool.name in settings.tool)]
        store = STORES[store_name](settings.work)
        try:
            store.start()
            corpus.make()  # without what was added
            corpus.read()
            database.make(corpus)
            content = sum(corpus.size(number) for number in range(corpus.files))
            for tool in here:
                tool.failed = False
            generation = 0
            once = ("first", *(("forget",) if store_name == "azurite" else ())) if name == "years" else ("first",) if name == "nights" else ()
            for job in [job for job in plan.JOBS if job in plan.JOBS_OF.get(name, plan.JOBS) and (job in settings.job or job == "first")]:
                if job == "sets" and name in ("nights", "years"):
                    generation = more_nights(settings, corpus, store, database, generation, here, results)
                for turn in range(1 if job in once else settings.rounds):
                    if name == "years" and job in ("changed", "night"):
                        generation = pass_night(corpus, database, generation)
                    elif job == "changed":
                        change(corpus, database, generation)
                        generation += 1
                    first = turn % len(here)
                    for tool in here[first:] + here[:first]:
                        measure(settings, corpus, content, store, database, tool, job, turn, results)
        finally:
            store.stop()
            put_aside(settings)
    database.drop(corpus)


def put_aside(settings):
    """What the tools have restored goes at the end of the run: for minutes after many files were deleted, ext4 takes ten times as long to create one."""
    tools, done = os.path.join(settings.work, "tools"), os.path.join(settings.work, "done")
    os.makedirs(done, exist_ok=True)
    if os.path.exists(tools):
        os.rename(tools, os.path.join(done, str(len(os.listdir(done)))))


def change(corpus, database, generation):
    if corpus.name == "dump":
        database.change_rows(corpus, generation)
    else:
        database.add(corpus, corpus.add(generation))


def pass_night(corpus, database, generation):
    added, gone = corpus.pass_night(generation)
    database.add(corpus, added)
    database.remove(corpus, gone)
    return generation + 1


def more_nights(settings, corpus, store, database, generation, tools, results):
    for _ in range(settings.files or plan.SIZES[settings.size][corpus.name]):
        generation = pass_night(corpus, database, generation) if corpus.name == "years" else generation
        for tool in [tool for tool in tools if not tool.failed]:
            try:
                run(tool.command("unchanged"), settings.limit)
            except Failed as failure:
                tool.failed = True
                results.fail(corpus, store, "sets", tool.name, str(failure))
    return generation


def measure(settings, corpus, content, store, database, tool, job, turn, results):
    """One line of the results. A tool that fails, or is not done within the limit, drops out of what is left of this corpus and store."""
    if tool.failed or job not in tool.jobs:
        return
    try:
        if job == "first":
            tool.open(store, corpus, database)
        before = tool.size() if job in ("changed", "night") else 0
        tool.prepare(job)
        os.sync()  # who flushes to the disk does not wait for what others have left to it
        store.mark()
        cost, output = run(tool.command(job), settings.limit)
        requests = store.requests()
        told = tool.check(job, output)
        if requests is None and told is not None:
            requests = {"": told}  # kinds are not told
        stored = tool.size() if job in ("first", "changed", "night", "forget") else None
        files_alone = tool.size_without_dump() if stored is not None and corpus.name != "dump" else None
        results.add(corpus, store, job, tool.name, turn, cost, requests, stored, files_alone, content, before)
    except Failed as failure:
        tool.failed = True
        results.fail(corpus, store, job, tool.name, str(failure))


sys.exit(main())
