"""What is measured in which order, and what is aimed at."""
import dataclasses

JOBS = {
    "first": "first full",
    "unchanged": "unchanged, every file looked at",
    "trusted": "unchanged, directories trusted",
    "changed": "0.1 % changed",
    "verify": "verify (structure)",
    "sets": "list of sets",
    "restore": "restore of all files",
    "again": "restore, 99.9 % already there",
    "night": "one night more, 1 % new",
    "forget": "forget all but 30, and prune",
}
# Of the dump: one row in a hundred.
JOBS_OF = {"dump": ("first", "changed"), "nights": ("first", "sets"), "years": ("first", "changed", "sets", "night", "forget")}

# Files (and for a dump ten rows of properties for each), and nights before the list of sets.
SIZES = {
    "quick": {"many": 10_000, "large": 100, "mixed": 2_000, "dump": 20_000, "nights": 10, "years": 40},
    "medium": {"many": 100_000, "large": 700, "mixed": 12_000, "dump": 200_000, "nights": 100, "years": 100},
    "full": {"many": 1_000_000, "large": 4_000, "mixed": 40_000, "dump": 2_000_000, "nights": 400, "years": 400},
}
ROUNDS = {"quick": 2, "medium": 2, "full": 1}
LIMITS = {"quick": 300, "medium": 900, "full": 3600}  # seconds for one command
ABOUT = {
    "many": "1 KiB each, incompressible, 20 to a minute directory",
    "large": "1 MiB each, incompressible",
    "mixed": "log-normal around 24 KiB, 15 % copies, a fourth of them text",
    "dump": "ten rows of properties for each file; 1 % of these rows changed",
    "nights": "as many sets, of 100 files",
    "years": "as many sets of an installation that changes: each night 1 % of files as in mixed come, and those of 20 nights before go",
}


@dataclasses.dataclass
class Target:
    """ours / peer of a figure, at most. No peer: ours alone. No store: any."""

    corpus: str
    job: str
    peer: str
    figure: str
    most: float
    store: str = None


TARGETS = [
    Target("many", "first", "restic", "wall", 0.15),
    Target("many", "first", "restic", "cpu", 0.20),
    Target("many", "trusted", "restic", "wall", 0.01),
    Target("many", "unchanged", "restic", "wall", 0.10),
    Target("many", "changed", "restic", "wall", 0.03),
    Target("many", "restore", "restic", "wall", 0.8),
    Target("many", "again", "restic", "wall", 0.10),
    Target("many", "verify", "restic", "wall", 0.10),
    Target("many", "first", None, "stored / content", 1.10),
    Target("many", "first", None, "files alone / content", 1.10),
    Target("large", "first", "restic", "wall", 0.5, "azurite"),
    Target("large", "first", "rclone", "wall", 0.45, "azurite"),
    Target("large", "first", "restic", "cpu", 0.3, "azurite"),
    Target("large", "first", "borg", "wall", 0.5, "directory"),
    Target("large", "first", "restic", "wall", 0.5, "directory"),
    Target("large", "restore", "restic", "wall", 0.6),
    Target("large", "first", None, "stored / content", 1.0005),
    Target("large", "first", "restic", "requests", 140 / 262, "azurite"),
    Target("large", "unchanged", "restic", "requests", 6 / 11, "azurite"),
    Target("many", "trusted", "restic", "requests", 6 / 11, "azurite"),
    Target("mixed", "first", "restic", "wall", 0.4),
    Target("mixed", "first", "restic", "stored", 1.0),
    Target("mixed", "first", "restic", "files alone", 1.0),
    Target("mixed", "unchanged", "restic", "wall", 0.6),
    Target("mixed", "restore", "restic", "wall", 0.8),
    Target("dump", "changed", "restic", "added", 0.7),
    Target("nights", "sets", "restic", "wall", 1.0),
    Target("years", "forget", "restic", "wall", 0.2),
    Target("years", "forget", "restic", "stored", 1.0),
    *[Target("many", job, None, "peak", 165) for job in JOBS],  # 150, and a tenth
]
