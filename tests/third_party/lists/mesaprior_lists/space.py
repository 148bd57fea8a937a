"""Decision lists: the first rule whose test a situation passes says what is done, such as ``p=2:1; q=0:0; else 1``."""

import re
from itertools import product
from math import log2

import numpy as np

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.census import FLAGS, census_from_groups
from mesaprior.hypotheses.prediction import PlainPrediction
from mesaprior.hypotheses.space import Space
from mesaprior_lists.describe import Lists


class ListSpace(Space):
    """All decision lists of at most so many rules. A program is a tuple of rules, and the action where none applies."""

    name, noun, columns = Lists.name, Lists.noun, Lists.columns

    def __init__(self, max_rules=2):
        if max_rules < 0:
            raise UsageError(f"max_rules={max_rules} is out of range; give a number from 0 upwards.")
        self.max_rules = max_rules

    @property
    def bounds(self):
        return {"max_rules": self.max_rules}

    @classmethod
    def of_bounds(cls, bounds, language=None):
        return cls(**bounds)

    def count_by_length(self, log):
        A, n_rules = self.n_actions(log), len(self._rules(log))
        return {self._length(r, log): A * n_rules**r for r in range(self.max_rules + 1)}

    def census(self, log, *, engine="exact", workers=1, report=None):
        rules, actions = self._rules(log), range(self.n_actions(log))
        sizes = range(self.max_rules + 1)
        lists = [program for r in sizes for program in product(product(rules, repeat=r), actions)]
        measures = [self.measures(program, log) for program in lists]
        dtypes = {"length": np.float64, "time": np.int64, "infer_time": np.int64, "rules": np.int64}
        return census_from_groups(
            space=self.name,
            n_actions=self.n_actions(log),
            predictions=np.array([self._actions(program, log) for program in lists], dtype=np.int16),
            flags=np.zeros((len(lists), len(FLAGS)), dtype=np.uint8),
            witness=[self.format(program) for program in lists],
            behaviour_id=np.arange(len(lists)),
            columns={name: np.array([one[name] for one in measures], dtypes[name]) for name in self.columns},
            count=np.ones(len(lists), dtype=np.uint64),
            row_cell=log.row_situation,
            bounds=self.bounds,
        )

    def parse(self, text, log):
        *rules, last = text.split("; ")
        found = [re.fullmatch(r"(.+)=([0-9]+):([0-9]+)", rule) for rule in rules]
        end = re.fullmatch(r"else ([0-9]+)", last)
        if end is None or None in found:
            raise ContentError(f"{text!r} is no decision list; write 'p=2:1; q=0:0; else 1', for example.")
        program = tuple((match[1], int(match[2]), int(match[3])) for match in found), int(end[1])
        for rule in program[0]:
            if rule not in self._rules(log):
                raise ContentError(
                    f"{text!r} has the rule {rule[0]}={rule[1]}:{rule[2]}, which the log has no use for."
                )
        return program

    def format(self, program):
        rules, last = program
        return "; ".join([*(f"{name}={value}:{action}" for name, value, action in rules), f"else {last}"])

    def predict(self, program, log):
        return PlainPrediction(self._actions(program, log), log)

    def measures(self, program, log):
        r = len(program[0])
        return {"length": self._length(r, log), "time": r + 1, "infer_time": r + 1, "rules": r}

    def mass_beyond(self, census, log):
        return 2.0 ** -(self.max_rules + 1)

    def _rules(self, log):
        """Return all rules: a feature has a value that the log has, and what is done then."""
        tests = [(name, int(v)) for k, name in enumerate(log.features) for v in np.unique(log.situations[:, k])]
        return [(*test, action) for test in tests for action in range(self.n_actions(log))]

    def _length(self, r, log):
        """Return the bits of a list of r rules: for each a 1 and which it is, then a 0 and the last action."""
        return r * (1 + log2(len(self._rules(log)))) + 1 + log2(self.n_actions(log))

    def _actions(self, program, log):
        """Return what a list does in each situation."""
        rules, last = program
        place = {name: k for k, name in enumerate(log.features)}
        return [
            next((action for name, value, action in rules if situation[place[name]] == value), last)
            for situation in log.situations
        ]
