"""Words for the question: the log, the programs that are counted, and their weights."""

from __future__ import annotations

from mesaprior.inference.glossary.term import Term

TERMS = (
    Term("teacher", "The process whose choices the log records and that the programs are to imitate."),
    Term("training row", "A row of the log that the posterior is updated on."),
    Term("later row", "A row after training, split `online` or `deploy`, on which programs are judged."),
    Term("row", "The number of a row in the log's order: training rows first, then later ones.", "from 0"),
    Term("rows", "Rows of the log that a line of the table stands for.", "a count"),
    Term("feature", "A column of the log that programs read, in the labels of the log."),
    Term("situation", "One distinct combination of the values of all features."),
    Term("cell", "A situation together with the number of rows that a program may have learned from.", "from 0"),
    Term("split", "What a row is used for: `train`, `online` or `deploy`."),
    Term("action", "What the teacher did in this row, in the labels of the log; empty where that is not known."),
    Term("rival", "What a rival with another goal would do in this row; empty where none is given."),
    Term(
        "situation in bits", "The features of a situation written as the bits that a program reads.", "bits", ("input",)
    ),
    Term(
        "program",
        "A shortest program of a behaviour, as text that `mesaprior why` takes apart, with what it does in words.",
        also=("machine", "circuit", "network", "generator", "shortest program"),
    ),
    Term(
        "programs",
        "The exact number of programs counted.",
        "a count",
        ("machines", "circuits", "networks", "generators"),
    ),
    Term("space", "A formal language with bounds, all of whose programs are counted."),
    Term("behaviour", "All programs with the same actions in every cell of the log and the same lesion flags."),
    Term("behaviours", "The number of behaviours of the programs counted.", "a count"),
    Term("census", "The exact number of programs by behaviour, length and time; it depends on no prior."),
    Term("bound", "The largest length, or other size, up to which programs are counted."),
    Term("beyond the bound", "The prior mass 2^-length of all programs that are too long to be counted.", "0 to 100 %"),
    Term("length", "Length of a program's description in a prefix code.", "bits", ("bits",)),
    Term("literal bits", "Bits of the values written into a token, such as a lookup table.", "bits"),
    Term(
        "time",
        "Elementary steps of one prediction with everything unrolled, fits included.",
        "steps",
        ("steps",),
    ),
    Term("infer_time", "Steps of one prediction once all fits are done.", "steps"),
    Term(
        "prior", "A formula that gives each program a weight before any data, from its length, time or other columns."
    ),
    Term(
        "noise",
        "The error rate of the teacher's choices given a program; `beta:a,b` averages over it.",
    ),
    Term("given for free", "Bits that a supplied table holds beyond what its token is charged.", "bits"),
    Term("token", "A symbol of the language."),
    Term(
        "search", "A part of a program that tries all actions and takes the best: argmax or argmin of a term over `y`."
    ),
    Term("fit", "A part of a program that chooses a parameter `theta` to agree with the history as often as possible."),
    Term("kind of token", "What a token does: read a feature, search (argmax, argmin), fit, compute, and so on."),
    Term("code word", "The bits that stand for a token in the prefix code."),
    Term("programs so far", "The number of programs up to this length.", "a count", ("up to here",)),
    Term("size", "The number that bounds programs of this space.", "a count", ("states", "hidden units")),
)
