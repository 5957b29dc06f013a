"""The cells of the study of GANs: the eye that sees all arms alike, a training of an arm, and the judge of the differences."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_seed
from tasvir.data.dataset import Dataset
from tasvir.measures.copies import copy_audit
from tasvir.measures.gan_train import taught_predictions
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.mover import balanced_accuracy_estimate
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.prdc import prdc
from tasvir.measures.sharpness import neighbour_difference
from tasvir.measures.verdict import verdict
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies import recipes
from tasvir.studies.families.flight import recorded
from tasvir.studies.families.gan_arms import Arm, arms_of
from tasvir.studies.families.parts import learned_part, without_validation
from tasvir.studies.families.verdicts import recorded_verdicts
from tasvir.studies.inside import Inside, measured

#: Held-out and generated images that are compared, images that teach a classifier, and held-out images that it is asked of.
COMPARED, TAUGHT, ASKED = 1000, 2000, 2000
#: The last part of a training, over which its losses are averaged.
LAST = 5


def see(inside: Inside, *, most_images: int) -> Iterator[Record]:
    """A classifier of real images, in whose features all arms are seen; and what real images reach in their place."""
    inside = _on_some(inside, most_images, inside.seed)
    (X, y, _), (X_held, _, _) = inside.data.part("train"), inside.data.part("val")
    eye = inside.place.take(recipes.small_classifier(len(X), seed=inside.seed)).fit(X, y)
    yield inside.keep(eye, "eye")
    rows = spread_sample(y, min(len(X), len(X_held), COMPARED), inside.seed)
    yield from _seen(inside, eye, X[rows])
    yield from _taught(inside, *_some(X, y, inside.seed))
    yield facts({"n_train": len(X), "n_held_out": len(X_held)})


def play(
    inside: Inside, *, vary: str, arm: str, max_epochs: int, batch_size: int, most_images: int, first_seed: int
) -> Iterator[Record]:
    """One training of an arm: its curves and grids, and what its samples are worth."""
    inside = _on_some(inside, most_images, first_seed)
    seed = inside.seed
    recipe = unfitted(inside.data, vary=vary, arm=arm, max_epochs=max_epochs, batch_size=batch_size, seed=seed)
    fitted = inside.on(without_validation(inside.data)).fit(recipe, keep_best=False)
    gan = fitted.estimator
    yield fitted.fit_s
    yield from recorded(gan)
    yield from _ends(gan, ahead=gan.levers.discriminator_ahead)
    yield from worth(inside, gan)
    if seed == first_seed:
        yield inside.keep(gan, "gan")


def draw_simply(inside: Inside, *, most_images: int, first_seed: int) -> Iterator[Record]:
    """The baseline of every generator: a Gaussian of each class."""
    inside = _on_some(inside, most_images, first_seed)
    X, y, _ = inside.data.part("train")
    sampler, fit_s = inside.time("fit_s", lambda: recipes.gaussian_sampler(seed=inside.seed).fit(X, y))
    yield fit_s
    yield from worth(inside, sampler)


def worth(inside: Inside, sampler: Any) -> Iterator[Record]:
    """What its samples are worth, on held-out images that it never saw and that chose nothing: seen, taught, copied."""
    from tasvir.models.folder import load_model

    (eye,) = (load_model(record.content) for records in inside.found.values() for record in records if record.kind == "model")
    (X, y, _), (X_held, y_held, _), seed = inside.data.part("train"), inside.data.part("val"), inside.seed
    rows = spread_sample(y_held, min(len(X), len(X_held), COMPARED), seed)
    drawn = sampler.sample(len(rows), y_held[rows], random_state=stream_seed(seed, "seen"))
    yield from _seen(inside, eye, drawn)
    found = copy_audit(drawn, X, X_held[rows])
    yield metric("copies", found.n_copies, n=found.n_samples)
    labels = _some(X, y, seed)[1]
    yield from _taught(inside, sampler.sample(len(labels), labels, random_state=stream_seed(seed, "taught")), labels)


def unfitted(data: Dataset, *, vary: str, arm: str, max_epochs: int, batch_size: int, seed: int) -> Any:
    """The GAN of an arm; epochs in which the discriminator learns alone come on top."""
    recipe = find_arm(data, vary=vary, arm=arm, max_epochs=max_epochs)
    gan = recipes.gan(max_epochs=max_epochs + recipe.levers.discriminator_ahead, batch_size=batch_size, seed=seed)
    return gan.set_params(net=recipe.net, levers=recipe.levers, loss=recipe.loss)


def tried(data: Dataset, **asked: Any) -> Any:
    """The same for a probe of a few epochs, in which nobody is ahead."""
    return unfitted(data, **asked).set_params(levers__discriminator_ahead=0)


def find_arm(data: Dataset, *, vary: str, arm: str, max_epochs: int) -> Arm:
    """The arm of this id."""
    return next(one for one in arms_for(data, vary, max_epochs) if one.name == arm)


def arms_for(data: Dataset, vary: str, max_epochs: int) -> list[Arm]:
    """The arms of a question for these images."""
    height, width, *channels = data.images.shape[1:]
    shape = height, width, channels[0] if channels else 1
    return arms_of(vary, shape, n_latents=recipes.GAN_LATENTS, n_labels=len(data.class_names), max_epochs=max_epochs)


def _ends(gan: Any, *, ahead: int) -> Iterator[Record]:
    """Where the losses came to; how far apart they are where each counts one kind of image; the gradient behind the lead."""
    history = gan.history_
    last = max(1, len(history) // LAST)
    generator, discriminator = (float(np.mean(history[f"{player}_loss"][-last:])) for player in ("generator", "discriminator"))
    yield metric("generator_loss", generator)
    yield metric("discriminator_loss", discriminator)
    if gan.loss == "non_saturating":  # only there do both losses count the same thing
        yield metric("loss_gap", generator - discriminator / 2)
    yield metric("led_gradient", history["generator_gradient"][max(0, ahead - 1)])


def _seen(inside: Inside, eye: Any, images: np.ndarray) -> Iterator[Record]:
    """Neighbourhoods of held-out images in the eye's features, and how much neighbouring pixels differ, theirs being 1."""
    X_held, y_held, _ = inside.data.part("val")
    held = X_held[spread_sample(y_held, len(images), inside.seed)]
    for name, value in vars(prdc(eye.embed(held), eye.embed(images))).items():
        yield metric(name, value, n=len(images))
    yield metric("raggedness", neighbour_difference(images) / max(neighbour_difference(held), 1e-9))


def _on_some(inside: Inside, most_images: int, seed: int) -> Inside:
    """The same images at every seed: what differs between trainings is their luck."""
    return inside.on(learned_part(inside.data, seed, most=most_images, most_held_out=ASKED))


def _some(X: np.ndarray, y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rows = spread_sample(y, TAUGHT, seed)
    return X[rows], y[rows]


def _taught(inside: Inside, images: np.ndarray, labels: np.ndarray) -> Iterator[Record]:
    """What a classifier that saw nothing else says of the held-out images."""
    X_held, y_held, _ = inside.data.part("val")
    classifier = inside.place.take(recipes.small_classifier(len(images), seed=inside.seed))
    predicted = taught_predictions(classifier, images, labels, X_valid=X_held)
    yield measured("gan_train", balanced_accuracy_estimate(y_held, predicted, inside.data.cases("val")))
    yield array("predictions", predicted.astype(np.int16))


def judge(inside: Inside, *, pairs: list[tuple[str, str]], seeds: list[int], most_images: int) -> Iterator[Record]:
    """Differences in GAN-train between arms, over seeds, on the same held-out images; corrected by Holm's rule."""
    data = _on_some(inside, most_images, seeds[0]).data
    y, cases = data.targets("val")[0], data.cases("val")

    def right_Sn(arm: str) -> np.ndarray:
        return np.stack([inside.found_array(f"gan/{arm}/{seed}", "predictions") == y for seed in seeds]).astype(float)

    against = partial(verdict, strata=y, groups=cases)
    verdicts = holm_verdicts([against(right_Sn(arm), right_Sn(other), names=(arm, other)) for arm, other in pairs])
    yield from recorded_verdicts(verdicts)
