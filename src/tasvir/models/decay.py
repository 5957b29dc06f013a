"""What decays while a net learns."""

from typing import Any

import torch


def decayed(net: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Two parameter groups of what learns: matrices and kernels decay, biases and norms do not."""
    learning = [parameter for parameter in net.parameters() if parameter.requires_grad]
    weights = [parameter for parameter in learning if parameter.ndim > 1]
    others = [parameter for parameter in learning if parameter.ndim <= 1]
    return [{"params": weights, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
