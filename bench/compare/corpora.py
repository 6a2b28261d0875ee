"""Content stores that are the same on every machine: places and bytes follow from the number of the file."""
import dataclasses, hashlib, os, random, shutil, time

FIRST_MINUTE = 1735689600  # 2025-01-01
ADDED_YEAR = 2030  # what is added between two backups lies in directories of its own, so that it can be taken away again


@dataclasses.dataclass
class Corpus:
    """name: see BYTES. files_per_directory: of a minute. rows: of properties for each file. Trees are kept beneath work until the work directory goes."""

    name: str
    files: int
    work: str
    files_per_directory: int = 20
    rows: int = 1

    @property
    def root(self):
        return os.path.join(self.work, "corpora", f"{self.name}-{self.files}")

    @property
    def store(self):
        return os.path.join(self.root, "contentstore")

    def make(self):
        """The directory is complete once it has its final name."""
        if os.path.isdir(self.root):
            shutil.rmtree(os.path.join(self.store, str(ADDED_YEAR)), ignore_errors=True)
            return
        draft = self.root + ".draft"
        shutil.rmtree(draft, ignore_errors=True)
        for directory in ("contentstore", "contentstore.deleted"):
            os.makedirs(os.path.join(draft, directory))
        self._write(os.path.join(draft, "contentstore"), range(self.files))
        os.rename(draft, self.root)

    def read(self):
        """Reads every file, so that no tool is the one that finds nothing in the page cache."""
        for directory, _, files in os.walk(self.store):
            for file in files:
                with open(os.path.join(directory, file), "rb") as content:
                    while content.read(1 << 20):
                        pass

    def add(self, generation):
        """One file in a thousand more; returns their numbers."""
        step = max(1, self.files // 1000)
        added = range(self.files + generation * step, self.files + (generation + 1) * step)
        self._write(self.store, added)
        return added

    def pass_night(self, night):
        """One file in a hundred more, and those of 20 nights before are gone; returns the numbers of both."""
        step = max(1, self.files // 100)
        added, gone = (range(self.files + turn * step, self.files + (turn + 1) * step) for turn in (night, night - 20))
        self._write(self.store, added)
        gone = gone if night >= 20 else range(0)
        for number in gone:
            os.unlink(os.path.join(self.store, self.place(number)))
        return added, gone

    def place(self, number):
        """Path beneath the content store; the URL that names it is store:// and this."""
        if number < self.files:
            minute = time.gmtime(FIRST_MINUTE + number // self.files_per_directory * 60)
            year = minute.tm_year
        else:
            minute = time.gmtime(FIRST_MINUTE + (number - self.files) // self.files_per_directory * 60)
            year = ADDED_YEAR
        name = hashlib.md5(f"{self.name} {number}".encode()).hexdigest()
        return f"{year}/{minute.tm_mon}/{minute.tm_mday}/{minute.tm_hour}/{minute.tm_min}/{name}.bin"

    def size(self, number):
        return SIZES[self.name](number)

    def allocated(self):
        """Bytes on a disk with blocks of 4 KiB; an estimate."""
        sample = range(0, self.files, max(1, self.files // 1000))
        return self.files * sum(-(-self.size(number) // 4096) * 4096 for number in sample) // len(sample)

    def _write(self, store, numbers):
        last = None
        for number in numbers:
            path = os.path.join(store, self.place(number))
            directory = os.path.dirname(path)
            if directory != last:
                os.makedirs(directory, exist_ok=True)
                last = directory
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
            os.write(file, BYTES[self.name](number))
            os.close(file)


def noise(name, number, count):
    return hashlib.shake_128(f"{name} {number}".encode()).digest(count)


def original(number):
    """15 % of the mixed files are copies of an earlier one."""
    luck = random.Random(f"copy {number}")
    return original(luck.randrange(number)) if number > 0 and luck.random() < 0.15 else number


def mixed_size(number):
    """Log-normal, with the median at 24 KiB and few above a megabyte."""
    luck = random.Random(f"size {original(number)}")
    return min(64 << 20, max(1, int(24 * 1024 * luck.lognormvariate(0, 1.2))))


def mixed_bytes(number):
    """A fourth is text, as plain text, mail and XML are in a repository; the rest is compressed already, as PDF, pictures and Office files are."""
    number = original(number)
    luck = random.Random(f"kind {number}")
    size = mixed_size(number)
    if luck.random() >= 0.25:
        return noise("mixed", number, size)
    text = " ".join(luck.choices(WORDS, k=size // 4 + 1))
    return text.encode()[:size].ljust(size)


def words():
    luck = random.Random("words")
    return ["".join(luck.choices("etaoinshrdlucmfwypvbgkjq", k=luck.randint(2, 11))) for _ in range(2000)]


WORDS = words()
BYTES = {
    "many": lambda number: noise("many", number, 1024),
    "large": lambda number: noise("large", number, 1 << 20),
    "mixed": mixed_bytes,
    "dump": lambda number: noise("dump", number, 1024),
    "nights": lambda number: noise("nights", number, 1024),
    "years": mixed_bytes,
}
SIZES = {
    "many": lambda number: 1024,
    "large": lambda number: 1 << 20,
    "mixed": mixed_size,
    "dump": lambda number: 1024,
    "nights": lambda number: 1024,
    "years": mixed_size,
}
