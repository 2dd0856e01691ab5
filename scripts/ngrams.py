"""Write `aggregator/editorial/ngrams.npz`: the model by which languages are told, from py3langid.

Run by `make ngrams`. The package's own file takes half a second and 90 MB to load, most of it for an
automaton that the n-grams themselves say all of; here are the n-grams and what the model knows of them.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

from aggregator.editorial import ngrams

FILE = Path(__file__).parents[1] / "aggregator" / "editorial" / ngrams.FILE


def states(rows: np.ndarray, row_of: np.ndarray) -> dict[int, bytes]:
    """The shortest text that leads to each state of the automaton."""
    reached = {0: b""}
    waiting = deque([0])
    while waiting:
        state = waiting.popleft()
        row = rows[row_of[state]]
        for byte in np.flatnonzero(row).tolist():
            following = int(row[byte])
            if following not in reached:
                reached[following] = reached[state] + bytes([byte])
                waiting.append(following)
    return reached


def main() -> None:
    """Write the file."""
    probabilities, priors, languages, next_states, row_of, features = load_model(MODEL_DIR / MODEL_FILE)
    feature_of: dict[int, bytes] = {}
    for state, text in states(np.array(next_states).reshape(-1, 256), np.array(row_of)).items():
        # A longer text that ends with an n-gram has its feature; the n-gram itself comes first.
        if features[state] >= 0:
            feature_of.setdefault(features[state], text)
    ends, order = zip(*sorted((text[::-1], feature) for feature, text in feature_of.items()), strict=True)
    rows = np.array([[*end.ljust(ngrams.LONGEST, b"\0")] for end in ends], np.uint8)
    columns = {str(place): probabilities[list(order), place] for place in range(len(languages))}
    np.savez_compressed(
        FILE,
        ngrams=np.ascontiguousarray(rows.T),
        languages=np.array(languages),
        priors=priors,
        **columns,
    )


if __name__ == "__main__":
    main()
