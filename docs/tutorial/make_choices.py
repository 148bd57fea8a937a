"""Make `choices.csv`, the made-up experiment of the tutorial: ``python make_choices.py > choices.csv``.

A participant sees one of six symbols and plays one of three machines. A sheet on the desk says what each machine pays
for each symbol. The participant plays the machine that pays best, except on 2 of 40 practice trials, and lets one trial
pass. The star turns up in the test phase only. The file looks like one from a laboratory: semicolons, decimal commas, a
missing answer.
"""

import random
import sys

MACHINES = ("left", "middle", "right")
PAYS = {
    "bell": (1, 2, 5),
    "cherry": (4, 1, 3),
    "clover": (0, 3, 2),
    "lemon": (2, 5, 1),
    "plum": (1, 2, 4),
    "star": (5, 2, 4),
}
PRACTICE = [symbol for symbol in PAYS if symbol != "star"] * 8
TEST = [*PAYS] * 2
LAPSES = {9: "right", 27: "left"}
MISSED = 18


def best_machine(symbol: str) -> str:
    """Return the machine that pays best for a symbol."""
    pays = PAYS[symbol]
    return MACHINES[pays.index(max(pays))]


def rows(seed: int = 7) -> list[str]:
    """Return the lines of the file, the header first."""
    generator = random.Random(seed)
    phases = {"training": PRACTICE, "test": TEST}
    shown = [(phase, symbol) for phase, trials in phases.items() for symbol in generator.sample(trials, len(trials))]
    lines = ["trial;participant;symbol;choice;rt;phase"]
    for trial, (phase, symbol) in enumerate(shown, 1):
        choice = LAPSES.get(trial, best_machine(symbol))
        seconds = f"{generator.lognormvariate(-0.3, 0.35):.3f}".replace(".", ",")
        if trial == MISSED:
            choice = seconds = "NA"
        lines.append(f"{trial};P07;{symbol};{choice};{seconds};{phase}")
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(rows()) + "\n")
