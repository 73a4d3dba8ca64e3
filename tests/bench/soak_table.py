"""What a soak measures in each interval: a line of a table, and a point of a plot.

    table = Table()
    table.add({"minute": 1.0, "PSS": ..., ...})    # prints it
    table.save()    # soak.md, soak.dat and soak.png in the working directory
"""
import pathlib
import subprocess

# By their names in soak.dat: the heading, and how many digits behind the point.
COLUMNS = {
    "minute": ("minute", 1),
    "PSS": ("PSS, KiB", 0),
    "RSS": ("RSS, KiB", 0),
    "anonymous": ("anonymous, KiB", 0),
    "descriptors": ("descriptors", 0),
    "threads": ("threads", 0),
    "store": ("store, KiB", 0),
    "good": ("good", 0),
    "bad": ("bad", 0),
    "hostile": ("hostile", 0),
    "slow": ("slow", 0),
    "median": ("good: median, ms", 1),
    "p99": ("99th of 100, ms", 1),
}


class Table:
    def __init__(self):
        self.lines = []  # dictionaries; what is not in one is 0
        self.text = []
        self._print([heading for heading, _ in COLUMNS.values()])
        self._print(["---:"] * len(COLUMNS))

    def add(self, line):
        self.lines.append(line)
        self._print([f"{line.get(name, 0):.{digits}f}" for name, (_, digits) in COLUMNS.items()])

    def save(self):
        rows = [COLUMNS, *([line.get(name, 0) for name in COLUMNS] for line in self.lines)]
        pathlib.Path("soak.dat").write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
        pathlib.Path("soak.md").write_text("\n".join(self.text) + "\n")
        if self.lines:
            script = pathlib.Path(__file__).with_name("soak.gp")
            subprocess.run(["gnuplot", "-e", "data='soak.dat'; output='soak.png'", script], check=True)
            print(f"table: {pathlib.Path('soak.md').resolve()}, plot: {pathlib.Path('soak.png').resolve()}")

    def _print(self, cells):
        self.text.append(f"| {' | '.join(cells)} |")
        print(self.text[-1], flush=True)
