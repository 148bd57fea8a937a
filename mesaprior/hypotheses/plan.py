"""What a census will take: how many programs there are, exactly, and the time and memory to expect."""

from __future__ import annotations

from dataclasses import dataclass

PROBED_FROM = 20_000_000
"""From this many programs on, time and memory are estimated before the run; below it any machine has enough."""


@dataclass(frozen=True)
class Plan:
    """What a census will take.

    Attributes
    ----------
    max_bits : int
        The longest programs that are asked for.
    count_by_length : dict of int to int
        Exact number of programs of each length that occurs, up to the bound; time bounds aside.
    n_programs : int
        Their sum.
    n_classes : int
        Expected classes of whole programs: how many different things they do.
    n_rows : int
        Expected counts by class, length and time.
    seconds : float
        Expected time of the usual engine on one worker.
    n_bytes : int
        Expected peak of memory where all is counted in one pass.
    available_bytes : int
        Memory that is free now.
    probe_bits : int
        The longest bound that was tried out; where it is the bound itself, the figures are measured.
    fitting_bits : int
        The longest bound, up to the one asked for, that is expected to fit into the free memory.
    """

    max_bits: int
    count_by_length: dict[int, int]
    n_programs: int
    n_classes: int
    n_rows: int
    seconds: float
    n_bytes: int
    available_bytes: int
    probe_bits: int
    fitting_bits: int
