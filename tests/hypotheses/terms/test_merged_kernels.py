"""Kernels of the merged engine against the obvious Python: keys, hashes, texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.keys import Partition

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=80)
@given(
    seed=seeds,
    n=st.integers(0, 6),
    n_words=st.integers(1, 9),
    A=st.one_of(st.integers(2, 9), st.sampled_from((31, 32, 33, 64, 127, 128, 129, 255, 256))),
    excess=st.integers(0, 4),
)
def test_keys_hold_every_action_and_sort_as_they_do(seed, n, n_words, A, excess):
    rng = np.random.default_rng(seed)
    bits = (A - 1).bit_length()
    excess = min(excess, max(1, 128 // A) - 1)
    values = rng.integers(0, A * (excess + 1), size=(n, 8 * n_words)).astype(np.uint8)
    values[1:, : 8 * n_words // 2] = values[:1, : 8 * n_words // 2]
    rows = values % A if A < 256 else values
    per_key = 8 * max(1, 8 // bits)
    W = -(-8 * n_words // per_key)
    keys = np.full((n + 1, W), 5, dtype=np.uint64)
    kernels.pack_rows(values.view(np.uint64), n, n_words, bits, excess, A, keys)
    padded = np.zeros((n, W * per_key), dtype=np.uint8)
    padded[:, : 8 * n_words] = rows
    for k in range(n):
        for w in range(W):
            cells = padded[k, w * per_key : (w + 1) * per_key].tolist()
            assert int(keys[k, w]) == sum(cell << bits * (per_key - 1 - i) for i, cell in enumerate(cells))
    assert (keys[n] == 5).all()
    out = np.full((n, 8 * n_words), 99, dtype=np.uint8)
    kernels.unpack(keys[:n], bits, out)
    assert np.array_equal(out, rows)
    by_key = sorted(range(n), key=lambda k: (keys[k].tolist(), k))
    assert by_key == sorted(range(n), key=lambda k: (rows[k].tolist(), k))


@settings(max_examples=40)
@given(seed=seeds, n_words=st.integers(1, 11), more=st.integers(0, 2))
def test_hashes_see_every_word_and_nothing_else(seed, n_words, more):
    words = np.random.default_rng(seed).integers(0, 2**63, size=(1, n_words + more), dtype=np.uint64)
    variants = np.repeat(words, 2 * n_words + 2, axis=0)
    for i in range(n_words):
        variants[2 * i, i] ^= np.uint64(1)
        variants[2 * i + 1, i] ^= np.uint64(1 << 63)
    variants[-1, n_words:] += np.uint64(1)
    keys = np.zeros((len(variants), 1), dtype=np.uint64)
    kernels.hash_rows(variants, len(variants), n_words, keys)
    assert keys[-1] == keys[-2]
    assert len(np.unique(keys)) == len(variants) - 1


def test_a_million_small_rows_have_different_hashes():
    words = np.arange(1_000_000, dtype=np.uint64).reshape(-1, 1)
    keys = np.zeros((len(words), 1), dtype=np.uint64)
    kernels.hash_rows(words, len(words), 1, keys)
    assert len(np.unique(keys)) == len(words)


NAMES = ("p", "add", "if", "a_long-name", "f", "12", "q", "number")
ARITY = (0, 2, 3, 1, 1, 0, 0, 0)
DIGITS = (0, 0, 0, 0, 0, 0, 3, 0)
IS_NUMBER = (0, 0, 0, 0, 0, 0, 0, 1)


def literal(number, A):
    """Return a literal table of three entries in brackets."""
    return f"[{number // A**2 % A} {number // A % A} {number % A}]"


def spelling_of(A):
    """Return how the tokens are written."""
    return kernels.Spelling(
        letters=np.frombuffer("".join(NAMES).encode(), dtype=np.uint8),
        start=np.cumsum([0] + [len(name) for name in NAMES]),
        arity=np.array(ARITY),
        digits=np.array(DIGITS),
        is_number=np.array(IS_NUMBER),
        A=A,
    )


@settings(max_examples=80)
@given(seed=seeds, A=st.sampled_from((2, 10, 11, 101, 256)), n=st.integers(1, 12))
def test_texts_are_spelled_as_their_terms_are_read(seed, A, n):
    rng = np.random.default_rng(seed)
    spelling = spelling_of(A)
    fields = ("token", "inner", "c", "a", "b")
    types = (np.int32, np.int8, np.int32, np.int32, np.int32)
    columns = [{name: np.zeros(40, dtype=t) for name, t in zip(fields, types, strict=True)} for _ in range(2)]
    heads = tuple(kernels.Heads(**column) for column in columns)
    texts: list[list[str]] = [[], []]

    def made():
        """Return the head and the arguments of a term over classes that there are already, and its text."""
        token = int(rng.integers(-1, 8)) if texts[0] and texts[1] else int(rng.choice([0, 5, 6, 7]))
        inner = int(rng.integers(2))
        c, a, b = (int(rng.integers(len(texts[inner]))) if texts[inner] else 0 for _ in range(3))
        if token < 0:
            return (token, inner, c, a, b), texts[inner][b]
        if DIGITS[token]:
            b = int(rng.integers(A**3))
            return (token, inner, c, a, b), NAMES[token] + literal(b, A)
        if IS_NUMBER[token]:
            b = int(rng.choice([0, 9, 10, 99, 100, 255]))
            return (token, inner, c, a, b), str(b)
        words = [NAMES[token], *[texts[inner][x] for x in (c, a, b)[3 - ARITY[token] :]]]
        return (token, inner, c, a, b), f"({' '.join(words)})" if ARITY[token] else words[0]

    for _ in range(20):
        for space in range(2):
            head, text = made()
            k = len(texts[space])
            for name, value in zip(fields, head, strict=True):
                columns[space][name][k] = value
            if len(text) < 300:
                texts[space].append(text)
    wanted, plain = zip(*[made() for _ in range(n)], strict=True)
    wraps = [(), (4,), (3, 4), (4, 3)]
    wrap = rng.integers(0, len(wraps), n)
    for k in range(n):
        for token in reversed(wraps[wrap[k]]):
            plain = (*plain[:k], f"({NAMES[token]} {plain[k]})", *plain[k + 1 :])
    inside = kernels.Heads(
        *(np.array(column, dtype=t) for column, t in zip(zip(*wanted, strict=True), types, strict=True))
    )
    expected = np.cumsum([0] + [len(text) for text in plain])
    longest = 6 * max(len(text) for text in plain) + 20
    offsets = np.zeros(n + 1, dtype=np.int64)
    # Too little room at first: the kernel says where it stopped, and goes on from there.
    out, done = np.zeros(longest, dtype=np.uint8), 0
    while done < n:
        before = done
        done = kernels.write_texts(
            spelling, heads, np.array([t for tokens in wraps for t in tokens], dtype=np.int64),
            np.cumsum([0] + [len(tokens) for tokens in wraps]), inside, wrap,
            np.zeros((4000, 2), dtype=np.int64), longest, done, out, offsets,
        )  # fmt: skip
        assert done > before
        assert done == n or offsets[done] + longest > len(out)
        out = np.concatenate([out, np.zeros(2 * longest, dtype=np.uint8)])
    assert offsets.tolist() == expected.tolist()
    out = out[: offsets[-1]]
    assert out.tobytes().decode() == "".join(plain)


@pytest.mark.parametrize(
    "classes",
    [
        [(kernels.RENAMED, 0)],
        [(kernels.RENAMED, 1), (kernels.RENAMED, 0)],
        [(3, 1), (kernels.RENAMED, 0)],
        [(1, 0)],
        [(kernels.UNSPELLED, 0)],
        [(3, 1), (kernels.UNSPELLED, 0)],
    ],
)
def test_a_circle_of_classes_ends_with_the_number_of_its_text(classes):
    token, argument = np.array(classes, dtype=np.int32).T.copy()
    scope = np.zeros(len(classes), dtype=np.int8)
    heads = kernels.Heads(token, scope, argument, argument, argument)
    zero = np.zeros(2, dtype=np.int32)
    # A leaf, then the first of the classes.
    wanted = kernels.Heads(np.array([0, kernels.RENAMED], dtype=np.int32), zero.astype(np.int8), zero, zero, zero)
    out = np.full(1000, 7, dtype=np.uint8)
    done = kernels.write_texts(
        spelling_of(2), (heads,), np.empty(0, dtype=np.int64), np.zeros(2, dtype=np.int64), wanted,
        np.zeros(2, dtype=np.int64), np.zeros((40, 2), dtype=np.int64), 50, 0, out, np.zeros(3, dtype=np.int64),
    )  # fmt: skip
    assert done == -1 - 1
    # Nothing is written beyond the room of the text.
    assert (out[100:] == 7).all()


words = st.one_of(st.integers(0, 40), st.integers(0, 2**64 - 1), st.just(2**64 - 1))


@given(sample=st.lists(words, max_size=30), n=st.integers(1, 9), alone=st.lists(words, max_size=3), data=st.data())
def test_every_key_falls_into_one_bin_and_behaviours_into_one_shard(sample, n, alone, data):
    n_shards = data.draw(st.integers(1, 9))
    hidden = data.draw(st.integers(0, 63))
    mask = np.uint64((2**64 - 1) >> hidden << hidden)
    partition = Partition.of_sample(
        np.array(sample, dtype=np.uint64), n * n_shards, n_shards, mask, np.array(alone, dtype=np.uint64)
    )
    assert partition.splitters.tolist() == sorted(set(partition.splitters.tolist()) - {0})
    assert len(partition.shards) == n_shards + 1
    assert partition.shards[0] == 0
    assert partition.shards[-1] == partition.n == len(partition.splitters) + 1
    assert (np.diff(partition.shards) >= 0).all()

    def bin_of(word):
        return sum(int(s) <= word for s in partition.splitters)

    def shard_of(word):
        return next(k for k in range(n_shards) if partition.shards[k] <= bin_of(word) < partition.shards[k + 1])

    for word in {*sample, *alone, *data.draw(st.lists(words, max_size=5))}:
        # What is equal in the bits of the mask is in one shard.
        assert shard_of(word) == shard_of(word & int(mask)) == shard_of(word | (2**64 - 1 - int(mask)))
    for word in alone:
        assert bin_of(word) not in {bin_of(other) for other in (word - 1, word + 1) if 0 <= other < 2**64}


@pytest.mark.parametrize("n", [1, 2, 3, 7, 512])
def test_hashes_are_cut_into_equal_ranges(n):
    partition = Partition.of_hashes(n)
    ends = [0, *partition.splitters.tolist(), 2**64]
    assert len(ends) == n + 1
    assert max(np.diff(np.array(ends, dtype=object))) - min(np.diff(np.array(ends, dtype=object))) <= 1
