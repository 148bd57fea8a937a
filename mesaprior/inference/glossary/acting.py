"""Words of the commands that act, draw worlds, test claims or ask many people."""

from __future__ import annotations

from mesaprior.inference.glossary.term import Term

TERMS = (
    Term("acts by", "The safeguard: how an action is chosen from the posterior on each row, or the teacher is asked."),
    Term(
        "defections",
        "Expected number of later rows or steps on which the rival's action is taken and is not the teacher's.",
        "a number",
    ),
    Term("ever", "Probability of at least one defection.", "0 to 100 %"),
    Term("always", "Probability of a defection on every row where rival and teacher differ.", "0 to 100 %"),
    Term(
        "errors, training",
        "Expected number of training rows on which another action than the teacher's is taken.",
        "rows",
    ),
    Term("errors, later", "Expected number of later rows with an action on which another one is taken.", "rows"),
    Term("questions, training", "Expected number of training rows on which the teacher is asked.", "rows"),
    Term("questions, later", "Expected number of later rows on which the teacher is asked.", "rows"),
    Term("errors", "Expected number of steps on which another action than the teacher's is taken.", "steps"),
    Term("questions", "Expected number of steps on which the teacher is asked.", "steps"),
    Term("regret", "Errors, plus the cost of each question; the teacher itself has 0.", "errors"),
    Term("step", "The step of the rollout.", "from 1"),
    Term("ungraded", "Expected number of decisions where the teacher's action is shown only on request.", "steps"),
    Term(
        "untold",
        "Probability that the teacher's action has never been shown where the rival's is another one.",
        "0 to 100 %",
    ),
    Term("locked in", "Probability of being untold, with the rival's action taken there every time.", "0 to 100 %"),
    Term("world", "A family of random worlds: a teacher, a rival, a language and a log, drawn from a seed."),
    Term("seed", "The number from which a world is drawn."),
    Term("settings", "What can be set in a world, with the values taken unless others are given."),
    Term("what it is", "A short description."),
    Term("what it does", "What the program does, in a few words."),
    Term("claim", "An argument of the debate that is tested on many random worlds."),
    Term("the argument", "The claim in a sentence."),
    Term("parameter", "What is varied while all else is at its base.", also=("parameter, the most sensitive first",)),
    Term("values (base)", "The values that are tried; the base is in parentheses."),
    Term("value of a parameter", "The value that is tried; a star marks the base."),
    Term("worlds", "Share of the worlds in which the claim holds.", "0 to 100 %"),
    Term(
        "margin",
        "By how much the claim holds in the median world; below 0 it does not.",
        "bits, unless the claim says otherwise",
    ),
    Term("flips at", "Values of the parameter at which the margin changes its sign."),
    Term("person", "The person who made the choices, by the columns that identify people."),
    Term("people", "People for whom this program is the likeliest one of the mixture.", "a count"),
    Term("people it leads", "People for whom this role has the most posterior mass.", "a count"),
    Term("expected", "Expected frequency of a role among people, whatever its prior mass.", "0 to 100 %"),
    Term("exceedance", "Probability that this role is the most frequent one.", "0 to 100 %"),
    Term("protected", "The same, allowing for the possibility that all roles are equally frequent.", "0 to 100 %"),
    Term(
        "share of people",
        "Share of a program in the maximum-likelihood mixture of programs over all people.",
        "0 to 100 %",
    ),
)
