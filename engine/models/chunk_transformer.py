"""The chunk transformer: attention over long music at a cost linear in its length (Figure 3, right).

Shapes: B batch, T frames, C channels, K frames of a chunk, N chunks, H heads, L words of text.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def chunk_count(frames: int, chunk: int) -> int:
    """Chunks of `chunk` frames, half overlapping, that cover `frames`; one when everything fits."""
    if chunk == 0 or frames <= chunk:
        return 1
    return math.ceil((frames - chunk) / (chunk // 2)) + 1


def segment(x: Tensor, chunk: int) -> Tensor:
    """Cut (B, T, C) into (B, N, K, C) chunks with 50% overlap; the last one is filled up with zeros.

    A sequence that fits into one chunk stays whole and unpadded: K is then T. `chunk` is even.
    """
    batch, frames, channels = x.shape
    count = chunk_count(frames, chunk)
    if count == 1:
        return x[:, None]
    hop = chunk // 2
    halves = F.pad(x, (0, 0, 0, (count + 1) * hop - frames)).view(batch, count + 1, hop, channels)
    return torch.cat([halves[:, :-1], halves[:, 1:]], dim=2)


def fuse(chunks: Tensor, frames: int) -> Tensor:
    """Merge (B, N, K, C) overlapping chunks back into (B, T, C); the inverse of `segment`.

    Each frame is a weighted mean of the two chunks that hold it. The weights are triangles, so a
    chunk fades out towards its ends, where it has seen least; they sum to one at every frame.
    """
    batch, count, chunk, channels = chunks.shape
    if count == 1:
        return chunks[:, 0, :frames]
    hop = chunk // 2
    rise = ((torch.arange(hop, device=chunks.device) + 0.5) / hop).to(chunks.dtype)[:, None]
    left, right = chunks[:, :, :hop], chunks[:, :, hop:]
    inner = left[:, 1:] * rise + right[:, :-1] * (1 - rise)
    halves = torch.cat([left[:, :1], inner, right[:, -1:]], dim=1)
    return halves.reshape(batch, (count + 1) * hop, channels)[:, :frames]


def padding_mask(frames: int, chunk: int, device: torch.device) -> Tensor | None:
    """(N, K) bool, True at frames of the music and False at padding; None where nothing is padded."""
    count = chunk_count(frames, chunk)
    if count == 1 or (count + 1) * (chunk // 2) == frames:
        return None
    start = torch.arange(count, device=device)[:, None] * (chunk // 2)
    return start + torch.arange(chunk, device=device) < frames


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Scaled dot-product attention over (B, H, T, C); `mask` broadcasts to (B, H, T, T'), True is seen.

    The CPU's fused kernel has a slow backward pass in bfloat16 (35 ms against 13 ms for 16 x 4 heads
    of 200 frames on one core), so training on a CPU takes the two products one after the other.
    """
    if query.device.type == "cpu" and torch.is_grad_enabled() and query.requires_grad:
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        return scores.softmax(-1).to(value.dtype) @ value
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def rotate(x: Tensor) -> Tensor:
    """Rotary positions for (B, H, T, C): attention then knows distances between frames and nothing else.

    Relative positions keep a chunk's work the same wherever it lies in the song.
    """
    frames, half = x.shape[-2], x.shape[-1] // 2
    speed = torch.exp(torch.arange(half, device=x.device, dtype=torch.float32) * (-math.log(10_000) / half))
    angle = torch.arange(frames, device=x.device, dtype=torch.float32)[:, None] * speed
    cosine, sine = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


class Attention(nn.Module):
    """Multi-head attention from (B, T, channels) to (B, T', context_channels), projected back."""

    def __init__(self, channels: int, context_channels: int, head_channels: int) -> None:
        super().__init__()
        if channels % head_channels:
            raise ValueError(f"{channels} channels are not whole heads of {head_channels}")
        self.heads = channels // head_channels
        self.query = nn.Linear(channels, channels, bias=False)
        self.key_value = nn.Linear(context_channels, 2 * channels, bias=False)
        self.out = nn.Linear(channels, channels)
        # A new layer adds nothing: the network starts as its residual stream.
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, context: Tensor, mask: Tensor | None, positions: bool) -> Tensor:
        """`mask` is (B, T') bool. With `positions` both sides are frames on one time axis."""
        query = self._split(self.query(x))
        key, value = (self._split(part) for part in self.key_value(context).chunk(2, dim=-1))
        if positions:
            query, key = rotate(query), rotate(key)
        seen = attend(query, key, value, None if mask is None else mask[:, None, None])
        return self.out(seen.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class ChunkAttention(nn.Module):
    """Attention between two sequences of T frames, chunk by chunk: segmentation, attention, fusion.

    A frame sees the two chunks that hold it, 3K/2 frames; the cost is N * K^2 = O(T K).
    """

    def __init__(self, channels: int, context_channels: int, head_channels: int, chunk: int) -> None:
        super().__init__()
        if chunk % 2:
            raise ValueError(f"a chunk of {chunk} frames cannot overlap by half")
        self.chunk = chunk
        self.attention = Attention(channels, context_channels, head_channels)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """x: (B, T, C), context: (B, T, context_channels) -> (B, T, C)."""
        batch, frames = x.shape[:2]
        chunks = segment(x, self.chunk)
        count = chunks.shape[1]
        keys = chunks if context is x else segment(context, self.chunk)
        mask = padding_mask(frames, self.chunk, x.device)
        if mask is not None:
            mask = mask.repeat(batch, 1)
        out = self.attention(chunks.flatten(0, 1), keys.flatten(0, 1), mask, positions=True)
        return fuse(out.unflatten(0, (batch, count)), frames)


class FeedForward(nn.Module):
    """GEGLU: half of the inner channels gate the other half."""

    def __init__(self, channels: int, factor: int = 4) -> None:
        super().__init__()
        self.inner = nn.Linear(channels, 2 * factor * channels)
        self.out = nn.Linear(factor * channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.inner(x).chunk(2, dim=-1)
        return self.out(value * F.gelu(gate, approximate="tanh"))


class ChunkTransformer(nn.Module):
    """One layer: self-attention in chunks, cross-attention to text or to chords, feed-forward.

    `source_channels`: in the down path z_s "merges into the input of the self-attention layer". Its
    features lie on the same frames as z_t's, so they are projected and *added* there. As further keys
    and values they would double the length of attention, and the network would first have to learn that
    frame t belongs to frame t. The sum goes into the residual stream, so that what a frame keeps of the
    source needs no perfectly sharp attention to get through.

    `chords`: the context is chords (B, T, context_channels) on the layer's own frames, seen chunk by chunk
    with the same positions; otherwise it is text (B, L, context_channels), wholly seen by every frame.

    Text attention and feed-forward treat each frame by itself, so they run once on the fused frames
    instead of twice on the overlapping chunks; what a frame sees is the same.
    """

    def __init__(
        self,
        channels: int,
        context_channels: int,
        head_channels: int,
        chunk: int,
        *,
        source_channels: int = 0,
        chords: bool = False,
    ) -> None:
        super().__init__()
        self.source = nn.Linear(source_channels, channels) if source_channels else None
        self.self_norm = nn.LayerNorm(channels)
        self.self_attention = ChunkAttention(channels, channels, head_channels, chunk)
        self.cross_norm = nn.LayerNorm(channels)
        self.text_attention = None if chords else Attention(channels, context_channels, head_channels)
        self.chord_attention = ChunkAttention(channels, context_channels, head_channels, chunk) if chords else None
        self.feed_norm = nn.LayerNorm(channels)
        self.feed_forward = FeedForward(channels)

    def forward(
        self, x: Tensor, context: Tensor, context_mask: Tensor | None = None, source: Tensor | None = None
    ) -> Tensor:
        """x and source: (B, T, C); context_mask: (B, L) bool for text -> (B, T, C)."""
        if self.source is not None:
            if source is None:
                raise ValueError("a layer of the down path needs the features of the source")
            x = x + self.source(source)
        normed = self.self_norm(x)
        x = x + self.self_attention(normed, normed)
        normed = self.cross_norm(x)
        if self.chord_attention is not None:
            x = x + self.chord_attention(normed, context)
        elif self.text_attention is not None:
            x = x + self.text_attention(normed, context, context_mask, positions=False)
        return x + self.feed_forward(self.feed_norm(x))
