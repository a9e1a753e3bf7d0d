"""The memory of graphics cards, where there are some."""

import pytest

from avatars.studio import gpu_cards


@pytest.mark.gpu
def test_the_memory_of_a_card_is_told_once_it_is_used() -> None:
    import torch

    if not torch.cuda.is_available():
        assert gpu_cards.memory() == ()
        pytest.skip("There is no card.")
    kept = torch.zeros(1024, 1024, device="cuda")
    (memory,) = gpu_cards.memory()
    assert (memory.card, memory.total) == (0, torch.cuda.get_device_properties(0).total_memory)
    assert kept.nbytes <= memory.used <= memory.total
