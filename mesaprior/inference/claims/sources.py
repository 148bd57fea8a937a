"""The texts that claims are about, or that come nearest to what a claim does: author, year, title, and where it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A text that one can look up.

    Attributes
    ----------
    authors : str
    year : int
    title : str
    where : str
        Journal, archive number or site.
    """

    authors: str
    year: int
    title: str
    where: str

    @property
    def text(self) -> str:
        """The source as a reference, without a full stop at its end."""
        return f"{self.authors} ({self.year}), {self.title}, {self.where}"


MESA = Source(
    "E. Hubinger, C. van Merwijk, V. Mikulik, J. Skalse, S. Garrabrant",
    2019,
    "Risks from learned optimization in advanced machine learning systems",
    "arXiv:1906.01820",
)
UNIVERSAL_PRIOR = Source(
    "P. Christiano", 2016, "What does the universal prior actually look like?", "ordinaryideas.wordpress.com"
)
MINIMAL_CIRCUITS = Source(
    "P. Christiano", 2018, "Open question: are minimal circuits daemon-free?", "AI Alignment Forum"
)
MINIMAL_DECEPTIVE = Source("E. Hubinger", 2019, "Are minimal circuits deceptive?", "AI Alignment Forum")
HONEST_ANSWERS = Source(
    "P. Christiano",
    2021,
    "Teaching ML to answer questions honestly instead of predicting human answers",
    "AI Alignment Forum",
)
PROBLEMS_OF_HONEST_ANSWERS = Source(
    "E. Hubinger",
    2021,
    "Answering questions honestly instead of predicting human answers: lots of problems and some solutions",
    "AI Alignment Forum",
)
SCHEMING = Source(
    "J. Carlsmith",
    2023,
    "Scheming AIs: will AIs fake alignment during training in order to get power?",
    "arXiv:2311.08379",
)
COUNTING = Source("N. Belrose, Q. Pope", 2024, "Counting arguments provide no evidence for AI doom", "AI Optimism")
ONLINE_IMITATION = Source(
    "M. K. Cohen, M. Hutter, N. Nanda",
    2022,
    "Fully general online imitation learning",
    "Journal of Machine Learning Research 23, arXiv:2102.08686",
)
DONT_DO = Source(
    "M. K. Cohen, M. Hutter, Y. Bengio, S. Russell",
    2024,
    "RL, but don't do anything I wouldn't do",
    "arXiv:2410.06213",
)
SGD_BAYES = Source(
    "C. Mingard, G. Valle-Pérez, J. Skalse, A. A. Louis",
    2021,
    "Is SGD a Bayesian sampler? Well, almost",
    "Journal of Machine Learning Research 22, arXiv:2006.15191",
)
GOAL_DIRECTEDNESS = Source(
    "M. MacDermott, J. Fox, F. Belardinelli, T. Everitt", 2024, "Measuring goal-directedness", "arXiv:2412.04758"
)
GOAL_MISGENERALIZATION = Source(
    "L. Langosco, J. Koch, L. Sharkey, J. Pfau, D. Krueger",
    2022,
    "Goal misgeneralization in deep reinforcement learning",
    "ICML 2022, arXiv:2105.14111",
)
LEARNING_THEORETIC = Source("V. Kosoy", 2023, "The learning-theoretic agenda: status 2023", "AI Alignment Forum")
SHARDS = Source("Q. Pope, A. Turner", 2022, "The shard theory of human values", "AI Alignment Forum")
IMITATION_UNSAFE = Source("D. Krueger", 2019, "Imitation learning considered unsafe?", "LessWrong")
JUST_IMITATE = Source("M. K. Cohen", 2019, "Just imitate humans?", "AI Alignment Forum")
EXTRAPOLATING = Source(
    "D. S. Brown, W. Goo, P. Nagarajan, S. Niekum",
    2019,
    "Extrapolating beyond suboptimal demonstrations via inverse reinforcement learning from observations",
    "ICML 2019, arXiv:1904.06387",
)
SPEED_PRIORS = Source(
    "D. Filan, J. Leike, M. Hutter", 2016, "Loss bounds and time complexity for speed priors", "arXiv:1604.03343"
)
APPRENTICESHIP = Source(
    "P. Abbeel, A. Y. Ng", 2004, "Apprenticeship learning via inverse reinforcement learning", "ICML 2004"
)
OCCAM_INSUFFICIENT = Source(
    "S. Armstrong, S. Mindermann",
    2018,
    "Occam's razor is insufficient to infer the preferences of irrational agents",
    "NeurIPS 2018, arXiv:1712.05812",
)
SUPERINTELLIGENCE = Source(
    "N. Bostrom", 2014, "Superintelligence: paths, dangers, strategies", "Oxford University Press"
)
SLEEPER_AGENTS = Source(
    "E. Hubinger and others",
    2024,
    "Sleeper agents: training deceptive LLMs that persist through safety training",
    "arXiv:2401.05566",
)
ALIGNMENT_FAKING = Source(
    "R. Greenblatt and others", 2024, "Alignment faking in large language models", "arXiv:2412.14093"
)
