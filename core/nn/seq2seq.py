"""A recurrent encoder-decoder, without attention (Sutskever et al. 2014), with Bahdanau's (2015) or Luong's (2015)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.config import Seq2SeqConfig
from core.nn.alignment import Aligned, Alignment, Memory
from core.nn.recurrent import CellStep, Recurrent, RecurrentDetails, State, stack, state_of


class Output(NamedTuple):
    logits: Tensor  # [b, tgt, vocab]
    cross: Tensor | None  # [b, 1 layer, 1 head, tgt, src]; None without attention
    normalised: bool = True  # local-p's Gaussian takes part of each row away

    @property
    def maps(self) -> dict[str, Tensor]:
        """Weights [b, layer, head, query, key] by kind."""
        return {} if self.cross is None else {"cross": self.cross}


class Details(NamedTuple):
    """All that one teacher-forced pass computed."""

    output: Output
    src_embedded: Tensor  # [b, src, d_model]
    tgt_embedded: Tensor  # [b, tgt, d_model]
    encoder: RecurrentDetails
    start: State  # the decoder's first state, each part [b, hidden]: without attention all it knows of the source
    decoder: CellStep  # [b, tgt, hidden]
    aligned: Aligned | None
    readout: Tensor  # [b, tgt, d_model]: what meets the vocabulary; Luong's attentional vector


class DecoderState(NamedTuple):
    """What incremental decoding remembers."""

    memory: Memory | None  # None without attention
    state: State  # [b, hidden]
    feed: Tensor | None  # [b, d_model]: input feeding's last attentional vector
    at: int  # tokens read


class Step(NamedTuple):
    """One step of the decoder; Aligned over one query."""

    cell: CellStep
    aligned: Aligned | None
    readout: Tensor  # [b, d_model]


class Seq2Seq(nn.Module):
    """Tokens in, logits and every weight out. Also a `Stepper` (core/decode.py): start, step, reorder.

    In training the recurrences run on PyTorch's fused layers where nothing else
    waits between two steps; otherwise, and always when a model is asked, on our cells.
    """

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        d, hidden = config.d_model, config.hidden
        self.src_embedding = nn.Embedding(config.vocab_size, d)
        self.tgt_embedding = self.src_embedding if config.tied else nn.Embedding(config.vocab_size, d)
        self.output = nn.Linear(d, config.vocab_size, bias=False)
        if config.tied:
            self.output.weight = self.src_embedding.weight
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = Recurrent(config.cell, d, hidden, bidirectional=config.bidirectional)
        self.d_feed = d if config.input_feeding else config.d_memory if self.additive else 0
        self.decoder = Recurrent(config.cell, d + self.d_feed, hidden)
        parts = 2 if config.cell == "lstm" else 1
        # One way: the decoder goes on from the encoder's last state. Both ways: from a mixture of the two last ones.
        self.bridge = nn.ModuleList(nn.Linear(config.d_memory, hidden) for _ in range(parts * config.bidirectional))
        self.alignment = None if config.attention == "none" else Alignment(config)
        self.readout = nn.Linear(self._read_out_of(), d, bias=self.additive)
        for embedding in (self.src_embedding, self.tgt_embedding):
            nn.init.normal_(embedding.weight, std=d**-0.5)  # times sqrt(d_model): unit variance

    @property
    def additive(self) -> bool:
        """Bahdanau's: the previous state asks, and the context enters the recurrence."""
        return self.config.attention == "bahdanau"

    def _read_out_of(self) -> int:
        config = self.config
        if config.attention == "none":
            return config.hidden
        return config.hidden + config.d_memory + (config.d_model if self.additive else 0)

    def forward(self, src: Int[Tensor, "b src"], tgt: Int[Tensor, "b tgt"]) -> Output:
        """`tgt` are the decoder's inputs: `<s>`, y1, y2, ... ; row i of the logits predicts y_(i+1)."""
        return self._train(src, tgt) if self.training else self.details(src, tgt).output

    def _train(self, src: Int[Tensor, "b src"], tgt: Int[Tensor, "b tgt"]) -> Output:
        """As `details`, at once where the steps allow it, and without what only a picture needs."""
        real = src != self.config.pad
        values, last = self.encoder(self.embed(self.src_embedding, src), _lengths(real))
        state, memory = self._bridge(last), self._memory(values, real)
        embedded = self.embed(self.tgt_embedding, tgt)
        if self.d_feed:
            steps = self._loop(embedded, memory, state)
            weights = (
                None if steps[0].aligned is None else torch.cat([s.aligned.weights for s in steps if s.aligned], 1)
            )
            return self._output(torch.stack([step.readout for step in steps], 1), weights)
        h, _ = self.decoder(embedded, state=tuple(part[None] for part in state))
        aligned = self._look(h, memory)
        return self._output(self._read(h, aligned, embedded), None if aligned is None else aligned.weights)

    def details(self, src: Int[Tensor, "b src"], tgt: Int[Tensor, "b tgt"]) -> Details:
        """The one teacher-forced computation, step by step; outside training `forward` returns a field of it."""
        real = src != self.config.pad
        src_embedded, tgt_embedded = self.embed(self.src_embedding, src), self.embed(self.tgt_embedding, tgt)
        encoder = self.encoder.details(src_embedded, _lengths(real))
        start, memory = self._bridge(encoder.last), self._memory(encoder.out, real)
        steps = self._loop(tgt_embedded, memory, start)
        looks = [step.aligned for step in steps if step.aligned is not None]
        aligned = Aligned(*(torch.cat(values, 1) for values in zip(*looks, strict=True))) if looks else None
        readout = torch.stack([step.readout for step in steps], 1)
        output = self._output(readout, None if aligned is None else aligned.weights)
        decoder = stack([step.cell for step in steps])
        return Details(output, src_embedded, tgt_embedded, encoder, start, decoder, aligned, readout)

    def embed(self, embedding: nn.Module, tokens: Int[Tensor, "b n"]) -> Float[Tensor, "b n d_model"]:
        """sqrt(d_model) E[token]."""
        return self.dropout(embedding(tokens) * math.sqrt(self.config.d_model))

    def _bridge(self, last: State) -> State:
        """The decoder's first state, each part [b, hidden], from the encoder's last, [direction, b, hidden].

        Bahdanau et al. (A.2.2) take tanh(W_s h_1) of the backward direction; here of both, and for the LSTM a cell too.
        """
        if not self.config.bidirectional:
            return tuple(part[0] for part in last)
        mixed = [linear(torch.cat(list(part), -1)) for linear, part in zip(self.bridge, last, strict=True)]
        return (mixed[0].tanh(), *mixed[1:])

    def _memory(self, values: Float[Tensor, "b src memory"], real: Bool[Tensor, "b src"]) -> Memory | None:
        return None if self.alignment is None else self.alignment.memory(values, real)

    def _loop(self, embedded: Float[Tensor, "b tgt d_model"], memory: Memory | None, state: State) -> list[Step]:
        """The decoder one step at a time."""
        w = self.decoder.weights()
        projected = F.linear(embedded, w.w_ih[:, : self.config.d_model], w.b_ih)
        feed = self._no_feed(embedded)
        steps = []
        for at in range(embedded.size(1)):
            steps.append(self._step(projected[:, at], embedded[:, at], memory, state, feed, at))
            state, feed = state_of(steps[-1].cell), steps[-1].readout if self.config.input_feeding else None
        return steps

    def _no_feed(self, like: Tensor) -> Tensor | None:
        """What input feeding begins with."""
        return like.new_zeros(len(like), self.config.d_model) if self.config.input_feeding else None

    def _step(
        self,
        projected: Float[Tensor, "b gates_hidden"],
        embedded: Float[Tensor, "b d_model"],
        memory: Memory | None,
        state: State,
        feed: Float[Tensor, "b d_model"] | None,
        at: int,
    ) -> Step:
        """Bahdanau: look with the old state, then step; Luong: step, then look with the new one."""
        w = self.decoder.weights()
        aligned = self._look(state[0][:, None], memory, at) if self.additive else None
        more = feed if aligned is None else aligned.context[:, 0]
        if more is not None:
            projected = projected + F.linear(more, w.w_ih[:, self.config.d_model :])
        cell = self.decoder.step(projected, state, w)
        if not self.additive:
            aligned = self._look(cell.h[:, None], memory, at)
        return Step(cell, aligned, self._read(cell.h[:, None], aligned, embedded[:, None])[:, 0])

    def _look(self, query: Float[Tensor, "b tgt hidden"], memory: Memory | None, at: int = 0) -> Aligned | None:
        if self.alignment is None or memory is None:
            return None
        looked: Aligned = self.alignment(query, memory, at)
        return looked

    def _read(
        self, h: Float[Tensor, "b tgt hidden"], aligned: Aligned | None, embedded: Float[Tensor, "b tgt d_model"]
    ) -> Float[Tensor, "b tgt d_model"]:
        """tanh(W_c [c; s]) (Luong et al., eq. 5), of s alone without attention.

        Bahdanau's deep output (A.2.2) reads s, c and the last word; a tanh stands here for its maxout.
        """
        parts = [h] if aligned is None else [aligned.context, h]
        return self.readout(torch.cat([*parts, embedded] if self.additive else parts, -1)).tanh()

    def _output(self, readout: Float[Tensor, "b tgt d_model"], weights: Float[Tensor, "b tgt src"] | None) -> Output:
        cross = None if weights is None else weights[:, None, None]
        return Output(self.output(self.dropout(readout)), cross, self.config.attention != "local-p")

    def start(self, src: Int[Tensor, "b src"]) -> DecoderState:
        real = src != self.config.pad
        encoder = self.encoder.details(self.embed(self.src_embedding, src), _lengths(real))
        state = self._bridge(encoder.last)
        return DecoderState(self._memory(encoder.out, real), state, self._no_feed(state[0]), 0)

    def step(self, state: DecoderState, tokens: Int[Tensor, " b"]) -> tuple[Float[Tensor, "b vocab"], DecoderState]:
        """Log-probabilities of the next token after one more, [b] -> [b, vocab]."""
        embedded = self.embed(self.tgt_embedding, tokens[:, None])[:, 0]
        w = self.decoder.weights()
        projected = F.linear(embedded, w.w_ih[:, : self.config.d_model], w.b_ih)
        step = self._step(projected, embedded, state.memory, state.state, state.feed, state.at)
        feed = step.readout if self.config.input_feeding else None
        logits = self.output(self.dropout(step.readout))
        return logits.log_softmax(-1), DecoderState(state.memory, state_of(step.cell), feed, state.at + 1)

    def reorder(self, state: DecoderState, rows: Int[Tensor, " b"]) -> DecoderState:
        """Keep these rows of the batch, in this order, repeats allowed: a beam's survivors."""
        memory = None if state.memory is None else Memory(*(part[rows] for part in state.memory))
        feed = None if state.feed is None else state.feed[rows]
        return DecoderState(memory, tuple(part[rows] for part in state.state), feed, state.at)


def _lengths(real: Bool[Tensor, "b src"]) -> Int[Tensor, " b"] | None:
    """Real tokens of each sentence; None where no sentence is padded."""
    return None if real.all() else real.sum(-1)
