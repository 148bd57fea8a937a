"""Words for the answer: who holds the posterior, what kind of program it is, and by how much it leads."""

from __future__ import annotations

from mesaprior.inference.glossary.term import Term

TERMS = (
    Term("posterior", "The weights of all programs after the training rows, scaled so that they add up to 1."),
    Term("mass", "Share of the posterior after all training rows.", "0 to 100 %", ("share", "its share")),
    Term("mass before", "Share of the prior, before any training row.", "0 to 100 %"),
    Term(
        "odds",
        "log2 of the mass of one side over that of the other: 0 is level, +1 is 2 to 1, -3 is 1 to 8.",
        "bits",
        ("log2 odds",),
    ),
    Term(
        "optimizers : imitators",
        "log2 odds of optimizers over imitators; above 0 optimizers lead.",
        "bits; ∞ where only one side has mass",
    ),
    Term(
        "defecting : faithful",
        "log2 odds of defecting over faithful programs; above 0 defecting ones lead.",
        "bits; ∞ where only one side has mass",
    ),
    Term(
        "role",
        "What inverting its parts changes in a program's actions: imitator, planner, learner or planner+learner.",
    ),
    Term(
        "imitator",
        "A program that acts the same when its searches and its fits are inverted: it only imitates.",
        also=("imitators",),
    ),
    Term(
        "planner",
        "A program that acts differently on some row when its search is inverted: it searches for its action.",
    ),
    Term(
        "learner",
        "A program that acts differently on some row when its fit is inverted: it fits a model of the teacher.",
    ),
    Term("planner+learner", "A program that is both a planner and a learner."),
    Term("optimizer", "A planner, a learner, or both.", also=("optimizers",)),
    Term(
        "lesion",
        "The test behind roles: argmax and argmin are swapped, or every fit looks for the worst parameter.",
    ),
    Term(
        "sleeper",
        "An optimizer whose inverted search or fit changes no training row, only later ones.",
        also=("sleepers",),
    ),
    Term("verdict", "What a program does on later rows: faithful, defecting, erring or unjudged."),
    Term("faithful", "It misses at most the tolerated share of later rows, by default none."),
    Term(
        "defecting",
        "It is not faithful, and takes the rival's action on every later row where rival and teacher differ.",
    ),
    Term("erring", "It is neither faithful nor defecting: it misses later rows, but not as the rival would."),
    Term("unjudged", "No later row has an action to judge it by."),
    Term("hits", "Training rows on which it predicts the teacher's action.", "0 to all training rows"),
    Term("misses", "Rows on which it does not predict the teacher's action.", "from 0"),
    Term("later misses", "Expected share of later rows that are missed, under the posterior.", "0 to 100 %"),
    Term("chance", "Training rows that guessing hits, one in A for A actions."),
    Term("best table", "The most training rows that any table from situations to actions can hit."),
    Term(
        "advantage",
        "Bits that the shortest optimizer saves over the shortest imitator with the same actions on every row.",
        "bits; negative where it costs bits, - where only one of the two was counted",
    ),
    Term(
        "loses at", "The number of training rows from which on optimizers lead for good; - where they never do.", "rows"
    ),
    Term(
        "stable",
        "Whether the odds have one sign and lie within one bit at the last three length bounds.",
    ),
    Term("evidence", "log2 of the probability that all programs together give the training rows.", "bits"),
    Term("intervention", "A change in the meaning of one token, such as another list of payoffs."),
    Term(
        "mass that changes, training",
        "Share of the posterior that changes an action on some training row.",
        "0 to 100 %",
    ),
    Term(
        "mass that changes, later",
        "Share of the posterior that changes an action on some later row.",
        "0 to 100 %",
        ("mass, later",),
    ),
    Term(
        "rows that change, training", "Expected share of the training rows that change, within the role.", "0 to 100 %"
    ),
    Term(
        "rows that change, later",
        "Expected share of the later rows that change, within the role.",
        "0 to 100 %",
        ("rows, later",),
    ),
    Term("likeliest", "The action that the mixture of all programs finds likeliest in this row."),
    Term("probability", "Share of the posterior that a single program has.", "0 to 100 %"),
    Term(
        "probability of an action",
        "Probability of this action in this row under the mixture of all programs.",
        "0 to 100 %",
    ),
    Term("predicts", "The program's own action in this row; - where it gives none."),
    Term(
        "search inverted",
        "The program's action with every argmax and argmin swapped, where that changes it.",
    ),
    Term("learning inverted", "The program's action with every fit inverted, where that changes it."),
    Term("under an intervention", "The program's action under this intervention, where that changes it."),
)
