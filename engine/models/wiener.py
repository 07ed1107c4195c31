"""A multichannel Wiener filter: what of a stereo song is an instrument's, by its sound and by where it sits.

The renderer hears the mean of the channels and says whose each bin is. That is a prior; between two channels there is
more to know. An instrument is placed once for a song, so its share of the channels and how alike it is in both (its
spatial covariance) can be read where it is clearly heard, and then tells it from others where they are mixed (Duong et
al. 2010; with a network's answers as powers Nugraha et al. 2016). The filter of each bin is

    W = T A^-1,   T = sum of v_c R_c over what is asked for,   A = the same over all,

v_c the share of class c, R_c its covariance with trace 2. The filters of what is taken and of what stays sum to one, as
masks do; where all sits in one place W is the mask itself.

Shapes: C classes, K bins, t frames.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

PURITY, DOUBT = 4, 0.01
"""A bin says where a class sits with a weight of share ** PURITY + DOUBT * share: those that are surely its own count,
and where there are none, all of them, which is nearly where the song is."""
SMOOTH_BINS = 150
"""On either side: 1.8 kHz, within which a place is one. Equalisers do not move an instrument, and rooms hardly do."""
DIFFUSE = 0.002
"""Share of each class that is everywhere. It keeps A invertible where the whole song sits in one place."""

LARGEST = 1.0
"""Norm of what a filter differs from the mask by. Sound from where nothing sits but for a moment would be blown up many
times: A says that there is hardly any."""


def places(shares: Tensor, spectrum: Tensor) -> Tensor:
    """Where each class sits at each frequency: (2, C, K), balance and coherence.

    shares: (t, C, K) in [0, 1]; spectrum: complex (2, K, t). With R = I + [[b, c], [c, -b]], balance b goes from -1
    (second channel alone) to 1, coherence c from -1 (opposite in both) to 1 (the same in both). Of the latter only the
    real part: what comes later in one channel has no one phase within SMOOTH_BINS.
    """
    first, second = spectrum.transpose(1, 2)
    powers = torch.stack([first.abs().square(), second.abs().square(), (first * second.conj()).real])
    # Class by class: all at once would be many times what the processor's caches hold.
    found = [((share.pow(PURITY) + DOUBT * share) * powers).sum(dim=1) for share in shares.unbind(dim=1)]
    left, right, cross = torch.stack(found, dim=1)
    evidence = torch.stack([(left - right) / 2, cross, (left + right) / 2])
    evidence = F.avg_pool1d(evidence, 2 * SMOOTH_BINS + 1, 1, SMOOTH_BINS, count_include_pad=False)
    return (1 - DIFFUSE) * evidence[:2] / (evidence[2] + 1e-12)


def multichannel_wiener(shares: Tensor, spectrum: Tensor, wanted: Tensor) -> Tensor:
    """The filter of what is wanted: (2, 2, K, t) real; channel i of it is the sum of W[i, j] x[j] over channels j.

    shares: (t, C, K), which sum to one over C; spectrum: complex (2, K, t) of the channels; wanted: (C,) bool.
    """
    at = places(shares, spectrum)
    all_of_it = torch.zeros((2, shares.shape[0], shares.shape[2]), device=shares.device)
    asked = torch.zeros((3, *all_of_it.shape[1:]), device=shares.device)
    for one, share in enumerate(shares.unbind(dim=1)):
        all_of_it.addcmul_(share, at[:, one, None])
        if wanted[one]:
            asked[0] += share
            asked[1:].addcmul_(share, at[:, one, None])
    balance, coherence = all_of_it
    mask, asked_balance, asked_coherence = asked
    first, second = mask + asked_balance, mask - asked_balance
    filters = torch.stack(
        [
            first * (1 - balance) - asked_coherence * coherence,
            asked_coherence * (1 + balance) - first * coherence,
            asked_coherence * (1 - balance) - second * coherence,
            second * (1 + balance) - asked_coherence * coherence,
        ]
    )
    filters /= 1 - balance.square() - coherence.square()
    filters[::3] -= mask
    filters *= (LARGEST / filters.square().sum(dim=0).sqrt().clamp_min(1e-9)).clamp_max(1)
    filters[::3] += mask
    return filters.unflatten(0, (2, 2)).transpose(2, 3)
