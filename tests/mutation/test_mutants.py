"""The mutants of a small module, one by one."""

from tests.mutation.mutants import mutant, n_mutants

SOURCE = '''"""A module."""

LIMIT = 3


class Room:
    size: int = 4

    def clamp(self, value: int, least: int = 0) -> int:
        """Return a value in range."""
        if value < least and not self.size == 1:
            raise ValueError(f"{value - 1} is small")
        value += 2
        return value
'''


def mutants():
    return [mutant(SOURCE, "room.py", number) for number in range(n_mutants(SOURCE))]


def test_every_mistake_is_made_once_and_messages_and_defaults_stay():
    assert [(made.line, made.change.partition("-> ")[2]) for made in mutants()] == [
        (11, "if not (value < least and (not self.size == 1)): raise ValueError(f'{value - 1} is small')"),
        (11, "value < least or not self.size == 1"),
        (11, "value <= least"),
        (11, "self.size == 1"),
        (11, "self.size != 1"),
        (11, "2"),
        (12, "pass"),
        (13, "value -= 2"),
        (13, "pass"),
        (13, "3"),
        (14, "return None"),
    ]


def test_the_code_is_that_of_the_function_with_the_mistake():
    class Room:
        size = 4

        def clamp(self, value, least=0):
            """Is replaced."""

    results = []
    for made in mutants():
        assert made.function == "Room.clamp"
        Room.clamp.__code__ = made.code
        try:
            results.append((Room().clamp(0), Room().clamp(5)))
        except ValueError:
            results.append(None)
    assert results == [None, None, None, (2, 7), (2, 7), (2, 7), (2, 7), (-2, 3), (0, 5), (3, 8), (None, None)]
