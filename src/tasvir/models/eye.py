"""A small classifier in whose features images are seen, and that judges what images teach: equal steps, no image held out."""

from typing import Any

from tasvir.models.image_classifier import ImageClassifier
from tasvir.nets.vgg import VGGSpec

#: Channels, half as many as the default net has; images a step.
WIDTHS, BATCH = (32, 64, 64), 32


def small_classifier(n_images: int, *, steps: int, augment: str = "shift", seed: int = 0) -> Any:
    """Unfitted, for about so many steps on so many images."""
    return ImageClassifier(
        net=VGGSpec(widths=WIDTHS),
        augment=augment,
        max_epochs=max(1, round(steps / max(1, n_images / BATCH))),
        batch_size=BATCH,
        validation_fraction=None,
        random_state=seed,
    )
