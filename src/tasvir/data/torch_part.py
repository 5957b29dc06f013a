"""One part of a data set as torch wants it; importing this file imports torch."""

import numpy as np
import torch


class TorchPart(torch.utils.data.Dataset):
    """uint8 images and int64 labels as (float32 CHW 0..1, int64) tensors, made when they are asked for."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        image = self.images[index].astype(np.float32) / 255
        planes = image[None] if image.ndim == 2 else np.ascontiguousarray(image.transpose(2, 0, 1))
        return torch.from_numpy(planes), torch.tensor(self.labels[index])
