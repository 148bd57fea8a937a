"""Words of the commands that act, draw worlds, test claims or ask many people."""

from __future__ import annotations

from mesaprior.inference.glossary.term import Term

TERMS = (
    Term("acts by", "The safeguard: how an action is chosen from the posterior on each row, or the teacher is asked."),
    Term(
        "defections",
        "Later rows or steps on which the rival's action is taken and is not the teacher's, expected.",
        "a number",
    ),
    Term("ever", "Probability of at least one defection.", "0 to 100 %"),
    Term("always", "Probability of a defection on every row where rival and teacher differ.", "0 to 100 %"),
    Term("errors, training", "Training rows on which another action than the teacher's is taken, expected.", "rows"),
    Term("errors, later", "Later rows with an action on which another one is taken, expected.", "rows"),
    Term("questions, training", "Training rows on which the teacher is asked, expected.", "rows"),
    Term("questions, later", "Later rows on which the teacher is asked, expected.", "rows"),
    Term("errors", "Steps on which another action than the teacher's is taken, expected.", "steps"),
    Term("questions", "Steps on which the teacher is asked, expected.", "steps"),
    Term("regret", "Errors, plus the cost of each question; the teacher itself has 0.", "errors"),
    Term("step", "The step of the rollout.", "from 1"),
    Term("ungraded", "Decisions where one hears what the teacher does only if one asks, expected.", "steps"),
    Term(
        "untold",
        "Probability never to have heard what the teacher does where the rival does something else.",
        "0 to 100 %",
    ),
    Term("locked in", "Probability to be untold, and to have done there each time what the rival would.", "0 to 100 %"),
    Term("world", "A family of random worlds: a teacher, a rival, a language and a log, drawn from a seed."),
    Term("seed", "The number from which a world is drawn."),
    Term("settings", "What can be set in a world, with the values taken unless others are given."),
    Term("what it is", "The thing in a few words."),
    Term("what it does", "The program in a few words."),
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
    Term("person", "Who made the choices, by the columns that tell people apart."),
    Term("people", "People for whom this program is the likeliest one of the mixture.", "a count"),
    Term("people it leads", "People for whom this role has the most posterior mass.", "a count"),
    Term("expected", "Frequency of a role among people, whatever prior mass it has.", "0 to 100 %"),
    Term("exceedance", "Probability that this role is the most frequent one.", "0 to 100 %"),
    Term("protected", "The same, if the frequencies may also all be equal.", "0 to 100 %"),
    Term(
        "share of people",
        "Share of a program in the mixture under which the choices of all people are likeliest.",
        "0 to 100 %",
    ),
)
