"""Families of laws: orders drawn alike, rivals that only happen to agree, and what they are in a language."""

import numpy as np
import pytest

from mesaprior.inference.claims.frame.families import TEACHER, draw_laws


def test_payoffs_of_a_situation_are_an_order_of_all_values():
    family = draw_laws(3, "orders", 5, 8, 3)
    assert family.pays.shape == (32, 8, 8)
    assert (np.sort(family.pays, axis=1) == np.arange(8)[None, :, None]).all()
    assert family.bits == 5


def test_a_smaller_family_is_the_beginning_of_a_larger_one():
    large, small = draw_laws(7, "nested", 8, 16, 4), draw_laws(7, "nested", 3, 16, 4)
    assert (large.pays[:8] == small.pays).all()
    assert not (draw_laws(8, "nested", 3, 16, 4).pays == small.pays).all()
    assert not (draw_laws(7, "another", 3, 16, 4).pays == small.pays).all()


def test_rivals_are_the_members_that_happen_to_agree():
    family = draw_laws(1, "rivals", 8, 8, 4)
    for seen in ([], [2], [0, 5], [1, 3, 4], list(range(8))):
        expected = [
            member
            for member in range(1, 256)
            if all(
                max(range(4), key=lambda y, s=s, m=member: family.pays[m, y, s])
                == max(range(4), key=lambda y, s=s: family.pays[TEACHER, y, s])
                for s in seen
            )
        ]
        assert family.agreeing(seen) == expected
    assert len(family.agreeing([])) == 255


def test_as_many_rivals_agree_as_chance_has_it():
    # 2^b members, of which each agrees on t situations with probability 4^-t.
    found = [len(draw_laws(seed, "chance", 8, 4, 4).agreeing(range(3))) for seed in range(200)]
    expected = 255 / 4**3
    assert abs(np.mean(found) - expected) < 4 * np.sqrt(expected / 200)


@pytest.mark.parametrize("bits", [0, 4])
def test_entries_are_the_laws_and_their_best_replies(bits):
    family = draw_laws(2, "entries", bits, 8, 3, name="goal")
    entries, replies = family.entries(), family.reply_entries("reply")
    assert [entry["name"] for entry in entries] == [f"goal{member}" for member in range(2**bits)]
    for member, (entry, reply) in enumerate(zip(entries, replies, strict=True)):
        assert entry["kind"] == "binary"
        assert reply["kind"] == "unary"
        assert np.array_equal(entry["table"], family.pays[member])
        assert reply["table"] == [int(np.argmax(family.pays[member][:3, s])) for s in range(8)]
