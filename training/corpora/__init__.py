"""Songs to train on, from whatever folders and zips are named. `open_corpora` is the public door."""

from __future__ import annotations

from training.corpora.corpus import Corpus, Mixture, Split, Symbolic
from training.corpora.opening import open_corpora

__all__ = ["Corpus", "Mixture", "Split", "Symbolic", "open_corpora"]
