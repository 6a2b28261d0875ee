"""Ours and the peers. A tool prepares a job outside of the measure, and gives the command that is measured. Encryption and compression are on, as each has them by default."""
import filecmp, json, os, shutil, signal, subprocess, time

from measure import Command, Failed, run
from stores import ACCOUNT, KEY, PORT, signed_url

PASSPHRASE = "correct horse battery staple"
HERE = os.path.dirname(os.path.abspath(__file__))


class Tool:
    """jobs: those that it has. corpora, stores: where it is compared; a file for a request over a million small files is no answer to anything."""

    name = ""
    corpora = ("many", "large", "mixed", "dump", "nights", "years")
    stores = ("directory", "azurite")
    jobs = ("first", "unchanged", "trusted", "changed", "verify", "sets", "restore", "again", "night", "forget")

    def __init__(self, settings):
        self.limit = settings.limit
        self.base = os.path.join(settings.work, "tools", self.name)

    def version(self):
        return subprocess.run(self.version_command, capture_output=True, text=True, check=True).stdout.splitlines()[0]

    def open(self, store, corpus, database):
        """An empty repository, no cache, no state."""
        for path in (self.base, self.before):
            shutil.rmtree(path, ignore_errors=True)
        os.makedirs(self.base)
        self.store, self.corpus, self.database, self.place = store, corpus, database, store.fresh(self.name)
        self.targets = 0

    def size(self):
        return self.store.size(self.place)

    def size_without_dump(self):
        """What is stored of the files alone, as the peers have them; None where it cannot be told."""
        return self.size()

    @property
    def target(self):
        """A new one for each restore, and none is deleted before the end: for minutes after many files were deleted, ext4 takes ten times as long to create one."""
        return os.path.join(self.base, f"target-{self.targets}")

    @property
    def restored(self):
        """Where the content store comes back: most tools repeat its whole path beneath the target."""
        return self.target + self.corpus.store

    @property
    def before(self):
        return f"{self.base}-before"

    def rewind(self):
        """Each round forgets the same sets: repository and state go back to where they were before the first."""
        parts = {"place": self.place, "base": self.base}
        if not os.path.isdir(self.before):
            for name, path in parts.items():
                shutil.copytree(path, os.path.join(self.before, name), symlinks=True)
            return
        for name, path in parts.items():
            shutil.rmtree(path)
            shutil.copytree(os.path.join(self.before, name), path, symlinks=True)

    def prepare(self, job):
        if job == "forget" and self.store.name == "directory":
            self.rewind()
            os.sync()
        if job == "restore":
            self.targets += 1
        if job == "again":
            self.remove_some()

    def check(self, job, output):
        """Raises Failed where the job's work is not what it should be. Returns the storage requests that the tool itself tells; None where it does not."""
        if job in ("restore", "again"):
            found, wanted = dict(self.files_of(self.restored)), dict(self.files_of(self.corpus.store))
            if found != wanted:
                raise Failed(f"{len(found)} files were restored, not the {len(wanted)} of the corpus, or other lengths")
            for path in sorted(wanted)[::100]:
                if not filecmp.cmp(os.path.join(self.restored, path), os.path.join(self.corpus.store, path), shallow=False):
                    raise Failed(f"{path} was restored with other bytes")

    @staticmethod
    def files_of(root):
        for directory, _, files in os.walk(root):
            for file in files:
                path = os.path.join(directory, file)
                yield os.path.relpath(path, root), os.path.getsize(path)

    def remove_some(self):
        """One restored file in a thousand goes, at least one."""
        for path in sorted(path for path, _ in self.files_of(self.restored))[::1000]:
            os.unlink(os.path.join(self.restored, path))

    def run(self, *argv, **environment):
        return run(Command(list(argv), self.environment() | environment), self.limit)[1]

    def environment(self):
        return {}


class Ours(Tool):
    name = "abf"

    def __init__(self, settings):
        super().__init__(settings)
        self.program, self.later = settings.abf, os.path.join(settings.work, "later.so")
        self.version_command = [self.program, "--version"]
        # Directories are trusted only once they have rested for 48 hours, by a time that nobody can set: so the clock is moved.
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", self.later, os.path.join(HERE, "later.c"), "-ldl"], check=True)

    def size_without_dump(self):
        dumps = self.store.size_of_dumps(self.place)
        return None if dumps is None else self.size() - dumps

    @property
    def restored(self):
        return os.path.join(self.target, "contentstore")

    def open(self, store, corpus, database):
        super().open(store, corpus, database)
        self.hours, self.stopped, self.trusts = 0, 0, False
        secret = self.secret("passphrase", PASSPHRASE)
        if store.name == "azurite":
            endpoint = f"http://127.0.0.1:{PORT}/{ACCOUNT}"
            connection = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"
            repository = {"url": f"{endpoint}/{self.place}/bench", "connectionStringFile": self.secret("connection", connection)}
        else:
            repository = {"url": f"file://{self.place}"}
        with open(os.path.join(self.base, "abf.json"), "w") as file:
            json.dump({
                "installation": {"name": "bench", "root": corpus.root, "database": {"url": database.url(corpus), "toolPath": database.bin}, "index": {"kind": "none"}},
                "repository": repository | {"passphraseFile": secret},
                "state": os.path.join(self.base, "state")}, file)
        self.run(*self.command("init").argv)

    def prepare(self, job):
        super().prepare(job)
        if job == "trusted" and not self.trusts:
            self.hours, self.trusts = 49, True
            self.run(*self.command("first").argv, **self.clock())
        elif job in ("trusted", "changed"):
            self.hours += 1
        if job == "again":
            self.mark_as_unfinished()

    def command(self, job):
        arguments = {"init": ["init"], "verify": ["verify"], "sets": ["sets"], "forget": ["forget", "--keep-last", "30", "--prune"]}.get(job, ["backup"])
        if job in ("restore", "again"):
            arguments = ["restore", "--set", "latest", "--target", self.target, "--no-database"]
        environment = {"ABF__BACKUP__FULLSCANEVERY": "0s"} if job == "unchanged" and self.corpus.name != "years" else {}
        return Command([self.program, *arguments, "--config", os.path.join(self.base, "abf.json"), "--json"], environment | self.clock())

    def check(self, job, output):
        super().check(job, output)
        if job in ("first", "unchanged", "trusted", "changed", "night"):
            document = json.loads(output)
            if not document["consistent"]:
                raise Failed("the set is not consistent")
            return document["storage"]["requests"]

    def mark_as_unfinished(self):
        """A restore goes on only in a directory with its mark: that of one which is stopped as soon as it has put it."""
        self.stopped += 1  # a directory of its own each time: the state remembers an unfinished restore by its directory
        stopped = os.path.join(self.base, f"stopped-{self.stopped}")
        command = self.command("restore")
        argv = [stopped if argument == self.target else argument for argument in command.argv]
        mark = os.path.join(stopped, ".abf-restore")
        with subprocess.Popen(argv, env=os.environ | command.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            while child.poll() is None:
                if os.path.exists(mark):
                    shutil.copy(mark, os.path.join(self.target, ".abf-restore"))
                    child.send_signal(signal.SIGTERM)
                    child.wait(60)
                    return
                time.sleep(0.001)
        raise Failed("a restore ended before it could be stopped")

    def clock(self):
        return {"LD_PRELOAD": self.later, "LATER_SECONDS": str(self.hours * 3600)} if self.hours else {}

    def secret(self, name, text):
        path = os.path.join(self.base, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text + "\n")
        return path


class Restic(Tool):
    name, version_command = "restic", ["restic", "version"]

    def environment(self):
        return {"RESTIC_PASSWORD": PASSPHRASE, "RESTIC_CACHE_DIR": os.path.join(self.base, "cache"), "AZURE_ACCOUNT_NAME": ACCOUNT, "AZURE_ACCOUNT_KEY": KEY,
                "RESTIC_REPOSITORY": f"azure:{self.place}:/" if self.store.name == "azurite" else self.place}

    def open(self, store, corpus, database):
        super().open(store, corpus, database)
        self.run("restic", "init", "-q")

    def command(self, job):
        argv = {"verify": ["restic", "check", "-q"], "sets": ["restic", "snapshots", "-q"],
                "restore": ["restic", "restore", "-q", "latest", "--target", self.target],
                "forget": ["restic", "forget", "-q", "--keep-last", "30", "--prune"]}
        argv["again"] = argv["restore"]
        backup = ["restic", "backup", "-q", self.corpus.store]
        if self.corpus.name == "dump":
            dump = f"{self.database.bin}/pg_dump --dbname={self.database.url(self.corpus)}"
            backup = ["bash", "-c", f"set -o pipefail; {dump} | restic backup -q --stdin --stdin-filename dump.sql"]
        return Command(argv.get(job, backup), self.environment())


class Borg(Tool):
    name, version_command = "borg", ["borg", "--version"]
    corpora = ("many", "large", "mixed")
    stores = ("directory",)
    jobs = ("first", "unchanged", "trusted", "changed", "verify", "sets", "restore")  # it writes every file anew, whatever is there

    def environment(self):
        return {"BORG_PASSPHRASE": PASSPHRASE, "BORG_REPO": self.place, "BORG_BASE_DIR": os.path.join(self.base, "home")}

    def open(self, store, corpus, database):
        super().open(store, corpus, database)
        self.archives = 0
        self.run("borg", "init", "--encryption=repokey-blake2")

    def prepare(self, job):
        super().prepare(job)
        os.makedirs(self.target, exist_ok=True)
        if job in ("first", "unchanged", "trusted", "changed"):
            self.archives += 1

    def command(self, job):
        argv = {"verify": ["borg", "check"], "sets": ["borg", "list"], "restore": ["borg", "extract", f"::{self.archives}"]}
        argv["again"] = argv["restore"]
        return Command(argv.get(job, ["borg", "create", f"::{self.archives}", self.corpus.store]), self.environment(), self.target)


class Rclone(Tool):
    """A copy of each file: no encryption, no history."""

    name, version_command = "rclone", ["rclone", "version"]
    corpora = ("large",)
    jobs = ("first", "unchanged", "trusted", "changed", "verify", "restore", "again")

    @property
    def restored(self):
        return self.target

    def environment(self):
        return {"RCLONE_CONFIG": os.path.join(self.base, "rclone.conf"), "RCLONE_CONFIG_BENCH_TYPE": "azureblob", "RCLONE_CONFIG_BENCH_SAS_URL": signed_url()}

    def command(self, job):
        remote = f"bench:{self.place}" if self.store.name == "azurite" else self.place
        argv = {"verify": ["check", self.corpus.store, remote], "restore": ["sync", remote, self.target], "again": ["sync", remote, self.target]}
        return Command(["rclone", *argv.get(job, ["sync", self.corpus.store, remote])], self.environment())


PEERS = [Restic, Borg, Rclone]
