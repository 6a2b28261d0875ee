"""Runs a command to its end, with a limit, and tells what it cost."""
import dataclasses, glob, os, signal, subprocess, threading, time

SAMPLE_SECONDS = 0.05


class Failed(Exception):
    """A command that did not do its work: why, in one line."""


@dataclasses.dataclass
class Command:
    argv: list
    environment: dict = dataclasses.field(default_factory=dict)
    directory: str = None


@dataclasses.dataclass
class Cost:
    """Seconds, and MiB. CPU is that of the process and of all children that were waited for, such as pg_dump; memory that of the whole tree at once."""

    wall: float
    user: float
    kernel: float
    peak: float


def run(command, limit):
    """Cost and output of a command that ended with 0 within the limit, in seconds. Raises Failed otherwise."""
    started = time.monotonic()
    with subprocess.Popen(command.argv, env=os.environ | command.environment, cwd=command.directory, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as child:
        late = []
        clock = threading.Timer(limit, lambda: (late.append(True), stop(child.pid)))
        peak = PeakMemory(child.pid)
        texts = {}
        readers = [threading.Thread(target=lambda name=name, pipe=pipe: texts.__setitem__(name, pipe.read()))
                   for name, pipe in [("out", child.stdout), ("err", child.stderr)]]
        for thread in [clock, peak, *readers]:
            thread.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.monotonic() - started
            child.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            stop(child.pid)
            raise
        finally:
            clock.cancel()
            peak.ended.set()
        for thread in [peak, *readers]:
            thread.join()
    if late:
        raise Failed(f"not done after {limit} s")
    if child.returncode:
        lines = texts["err"].decode(errors="replace").strip().splitlines() or ["(no message)"]
        raise Failed(f"{command.argv[0]} ended with {child.returncode}: {lines[-1][:300]}")
    return Cost(wall, usage.ru_utime, usage.ru_stime, peak.mebibytes), texts["out"].decode(errors="replace")


def stop(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


class PeakMemory(threading.Thread):
    """The largest resident memory of a process and its descendants, looked at again and again; a process alone by the kernel's own high-water mark."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.ended, self.mebibytes = pid, threading.Event(), 0

    def run(self):
        while not self.ended.wait(SAMPLE_SECONDS):
            now = [memory_of(pid) for pid in tree_of(self.pid)]
            self.mebibytes = max(self.mebibytes, sum(rss for rss, _ in now) / 1024, max((high for _, high in now), default=0) / 1024)


def tree_of(pid):
    yield pid
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in read(path).split():
            yield from tree_of(int(child))


def memory_of(pid):
    """KiB now, and at most."""
    fields = dict(line.split(":", 1) for line in read(f"/proc/{pid}/status").splitlines())
    return tuple(int(fields[name].split()[0]) if name in fields else 0 for name in ("VmRSS", "VmHWM"))


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""  # it ended meanwhile
