"""Words of the commands that vary a question: sweeps, crossovers, priors and spaces compared, prices, theorems."""

from __future__ import annotations

from mesaprior.inference.glossary.term import Term

TERMS = (
    Term("swept parameter", "A value of a parameter of the prior, of the noise or of the number of training rows."),
    Term(
        "map of the lead",
        "Who leads at each value across, one character a cell; the signs are explained below the map.",
    ),
    Term("lead changes", "Values across between which the lead changes; empty where it does not."),
    Term("crossover", "A value of the parameter at which the odds are 0 or change their sign."),
    Term(
        "kind of crossover",
        "How the odds pass 0: a root takes the value 0, a jump or a step skips it, and level is 0 over a range.",
    ),
    Term("odds there", "log2 odds at the crossover, or on its two sides where they jump.", "bits"),
    Term("lead after", "The side that leads beyond the crossover; - where neither does.", also=("then lead",)),
    Term("led before", "The side that leads below the crossover; - where neither does."),
    Term(
        "closed form",
        "The crossover of the two leading classes alone, solved exactly.",
        also=("leading classes: exactly",),
    ),
    Term("value of the closed form", "The same as a number."),
    Term("difference", "The crossover of all programs less that of the two leading classes alone."),
    Term("other crossovers", "Further crossovers in the same world.", also=("others at",)),
    Term("side", "Optimizers or imitators, or defecting or faithful programs."),
    Term("hits : misses", "Training rows that programs of this class hit and miss.", "rows"),
    Term("of its side", "Share that this class has of the mass of its side.", "0 to 100 %"),
    Term(
        "effective classes", "Among how many equally heavy classes the mass of the side is spread.", "a count, from 1"
    ),
    Term("such as", "A program of the class."),
    Term("among", "As many equally likely programs would leave as much open as the posterior does.", "a count, from 1"),
    Term("leader", "A shortest program of the behaviour with the most mass.", also=("leading program",)),
    Term("second prior", "The prior that the first one is compared with.", also=("and prior",)),
    Term(
        "total variation before",
        "How differently two priors spread belief over programs before any data: 0 alike, 1 on different programs.",
        "0 to 1",
    ),
    Term("total variation after", "The same for their posteriors.", "0 to 1"),
    Term("KL (bits)", "Bits lost by coding with the second posterior where the first is right.", "bits, from 0"),
    Term("KL reversed", "Bits lost by coding with the first posterior where the second is right.", "bits, from 0"),
    Term(
        "rank correlation",
        "How alike two priors or spaces order behaviours by mass: +1 the same order, -1 the opposite.",
        "-1 to 1",
    ),
    Term("functions", "Different maps from situations to actions that the programs of a space compute.", "a count"),
    Term("actions", "The action in each situation, in the order of the situations."),
    Term(
        "mass in a space", "log2 of the share of the prior mass that a space gives to this function.", "bits, at most 0"
    ),
    Term("spread", "Bits between the largest and the least of these masses.", "bits, from 0"),
    Term("odds, in bits", "Which two sides are weighed against each other."),
    Term("here", "The odds of the question as it was asked.", "bits"),
    Term("least", "The least value among all members."),
    Term("most", "The largest value among all members.", also=("largest",)),
    Term("same sign", "Share of the members in which the same side leads.", "0 to 100 %"),
    Term("undefined", "Members in which neither side has any mass.", "a count"),
    Term("change", "The one thing in which a member differs from the question."),
    Term("moved by", "Odds of the member less those of the question.", "bits"),
    Term("median", "Half of the values are below it."),
    Term("1/4", "A quarter of the values is below it."),
    Term("3/4", "Three quarters of the values are below it."),
    Term("what is spread", "What the values are of."),
    Term(
        "kind of program",
        "What a program has to be while it fits every training row: imitating, searching, defecting and so on.",
    ),
    Term(
        "price",
        "Bits over the shortest imitator that fits; negative where it is cheaper.",
        "bits; ≥ or ≤ where only a bound is known",
    ),
    Term("that fit", "Programs of this kind that fit every training row.", "a count"),
    Term("theorem", "An inequality or identity that is proved for mixtures of programs."),
    Term("left", "The left side of the statement, evaluated."),
    Term("relation", "How the left side has to compare with the right one.", also=("",)),
    Term("right", "The right side of the statement, evaluated."),
    Term("slack", "How much room is left between the two sides; below 0 the theorem would be broken."),
    Term("statement, or what fails", "The theorem, or the hypothesis of it that does not hold here."),
    Term("law", "A property that a prior should have."),
    Term("verdict on a law", "Whether the law held on every example tried, or is broken."),
    Term("smallest counterexample, or what holds", "The smallest example that breaks the law, or else the law itself."),
    Term("name", "As it is given to --prior."),
    Term("formula", "The weight of a program, up to a constant factor."),
    Term("meaning", "What the prior stands for."),
    Term(
        "depth at s bits",
        "Least steps of any program at most s bits longer than the shortest of its behaviour.",
        "steps",
    ),
    Term("time in a landscape", "Steps of the programs in this line.", "steps"),
    Term(
        "weights by length",
        "Weight of a program at each length across, the darker the more; the shades are explained below.",
    ),
    Term("utility", "A goal that programs may serve: a term over the situation and the action `y`."),
    Term("K(U)", "Bits of the utility written as a term.", "bits"),
    Term("g", "Bits of luck by which a policy drawn by chance would serve the utility as well.", "bits, from 0"),
    Term("most g", "The largest g that any behaviour counted reaches.", "bits"),
    Term(
        "g - K(U)",
        "Bits by which serving the utility so well exceeds naming it; above 0 the behaviour is agent-like.",
        "bits",
    ),
    Term(
        "agent-like",
        "Share of the posterior that serves the utility better than chance and its name explain.",
        "0 to 100 %",
    ),
    Term("agent-like by verdict", "Share that is agent-like of the mass with this verdict.", "0 to 100 %"),
    Term("mass and behaviours", "Share of the posterior, and how many behaviours it is spread over."),
)
