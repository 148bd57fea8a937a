"""What the command line has to know of decision lists before any is counted."""

from mesaprior.hypotheses.description import Description, Integer, Option


class Lists(Description):
    name = "lists"
    noun = "decision lists"
    columns = ("length", "time", "infer_time", "rules")
    space = "mesaprior_lists.space:ListSpace"
    options = (Option("--max-rules", Integer(0, 4), "Count every decision list of at most R rules.", metavar="R"),)
    options_of_programs = ()
    size = "rules"

    def sizes(self, space, log):
        return [str(r) for r in range(space.max_rules + 1)]
