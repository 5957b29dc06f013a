"""Each estimator as a study takes it: spec, pace and likelihood for images of this size and number."""

from functools import partial
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.neighbours import CHOSEN_ON, spread_folds, spread_sample
from tasvir.studies.mirror import MirrorTest, mirror_test
from tasvir.studies.work import Fit, Search

#: A Gaussian of this width around each pixel: a Bernoulli's bound is so wide on small gray images that codes are left unused.
VAE_LIKELIHOOD = {"likelihood": "gaussian", "likelihood_sd": 0.15}
#: The plane's decoder goes into the page: numbers in its last layer, at most, and its widths, which its encoder mirrors.
PLANE_WEIGHTS, PLANE_WIDEST, PLANE_INNER, PLANE_NARROWEST = 400_000, 256, 128, 16
#: Steps that every arm's small classifier is trained for, whatever the size of its training set, and images a step.
STEPS, BATCH = 400, 32
#: An image is shown in an epoch of the judging net at least so often, so that it hardly matters which ones come once more.
SHOWN = 4
#: Steps and images a step of the VAE that is trained anew at each seed.
VAE_STEPS, VAE_BATCH = 600, 64
#: At most: components that the support vector machine sees, images it is fitted on, images that its settings are chosen on.
SVM_COMPONENTS, SVM_IMAGES, SVM_SEARCHED = 100, 10_000, 2000
#: A classifier of fewer training images is trained again on all of them; of so many it is trained once, with fewer held out.
TRAINED_ONCE, MOST_HELD_OUT = 5000, 500
#: A look of a GAN's recorder, in seconds an epoch, and what each number of an image adds.
LOOK_S, LOOK_PIXEL_S = 0.05, 3e-4
#: Numbers in the noise of a GAN.
GAN_LATENTS = 64
#: The part of its images that a training holds out to be watched.
HELD_OUT = 0.1
#: What is chosen between: components as they are or of equal variance, and how dear a wrong training image is.
SVM_COSTS = (1.0, 10.0)


def code_size(data: Dataset) -> int:
    """Numbers in a code: 32, or 16 below 200 numbers in an image and 64 from 2,000 on.

    Few images span few directions: at most a quarter of their number.
    """
    n_numbers = data.images[0].size
    return min(16 if n_numbers < 200 else 32 if n_numbers < 2000 else 64, data.counts["train"] // 4)


def epochs_for(data: Dataset, pixels_seen: float, *, fewest: int, most: int) -> int:
    """As many epochs as show the net about `pixels_seen` pixels, within bounds: small sets are seen more often."""
    height, width = data.images.shape[1:3]
    return int(np.clip(round(pixels_seen / max(1, data.counts["train"] * height * width)), fewest, most))


def autoencoder(*, net: str, n_components: int, max_epochs: int, seed: int) -> Any:
    """The autoencoder of a representation."""
    from tasvir.models.autoencoder import Autoencoder

    return Autoencoder(net=net, n_components=n_components, max_epochs=max_epochs, random_state=seed)


def vae(*, n_components: int, max_epochs: int, seed: int) -> Any:
    """The VAE of a representation: it knows no labels, and draws nothing, so it needs no codes of its training images."""
    from tasvir.models.vae import VAE

    unfitted = VAE(net="conv", n_components=n_components, max_epochs=max_epochs, random_state=seed)
    return unfitted.set_params(codes="prior", **VAE_LIKELIHOOD)


def conditional_vae(*, n_components: int, max_epochs: int, seed: int) -> Any:
    """A VAE that draws images of a class: a learned width, and codes from a density of each class."""
    from tasvir.models.vae import VAE

    unfitted = VAE(net="conv", conditional=True, n_components=n_components, max_epochs=max_epochs, random_state=seed)
    return unfitted.set_params(likelihood="gaussian", likelihood_sd=None, learning_rate=2e-3)


def short_conditional_vae(n_images: int, *, seed: int) -> Any:
    """The same in as many steps whatever the number of images, no image held out: its luck at a seed is part of the recipe."""
    epochs = max(1, round(VAE_STEPS / max(1, n_images / VAE_BATCH)))
    unfitted = conditional_vae(n_components=16, max_epochs=epochs, seed=seed)
    return unfitted.set_params(batch_size=VAE_BATCH, validation_fraction=None)


def latent_net(data: Dataset, *, n_components: int, beta: float | None, max_epochs: int, seed: int) -> Any:
    """A net of the study of a latent plane: a VAE, or where there is no `beta` an autoencoder; dense, and narrow at the end."""
    from tasvir.models.autoencoder import Autoencoder
    from tasvir.models.vae import VAE
    from tasvir.nets.dense import DenseSpec

    last = int(np.clip(PLANE_WEIGHTS // data.images[0].size, PLANE_NARROWEST, PLANE_WIDEST))
    unfitted = Autoencoder() if beta is None else VAE(beta=beta, codes="prior").set_params(**VAE_LIKELIHOOD)
    net = DenseSpec((last, PLANE_INNER))
    return unfitted.set_params(net=net, n_components=n_components, max_epochs=max_epochs, random_state=seed)


def gan(*, max_epochs: int, batch_size: int, seed: int) -> Any:
    """A GAN that draws images of a class."""
    from tasvir.models.gan import GAN

    return GAN(n_components=GAN_LATENTS, max_epochs=max_epochs, batch_size=batch_size, random_state=seed)


def look_s(data: Dataset) -> float:
    """Seconds that the recorder of a GAN takes in an epoch, about: the more the more pixels an image has."""
    return LOOK_S + LOOK_PIXEL_S * data.images[0].size


def gaussian_sampler(*, seed: int | None = None) -> Any:
    """The baseline of every generator; without a seed for callers that seed each `sample`."""
    from tasvir.models.gaussian_sampler import GaussianSampler

    return GaussianSampler(random_state=seed)


def classifier_pace(n_images: int) -> dict[str, Any]:
    """Many images are seen in larger batches: they teach enough, and hours are saved."""
    if n_images >= 15_000:
        return {"batch_size": 128, "learning_rate": 4e-3}
    return {"batch_size": 32, "learning_rate": 2e-3}


def is_trained_again(n_images: int) -> bool:
    """Whether the images that a training holds out are worth a second one, which holds out none."""
    return n_images < TRAINED_ONCE


def held_out_share(n_images: int) -> float:
    """The part of its training images that a classifier is watched on, where there are no validation images."""
    return min(HELD_OUT, (MOST_HELD_OUT - 0.5) / n_images)  # the split rounds up


def classifier(*, max_epochs: int, batch_size: int, learning_rate: float, augment: str | None = None, seed: int = 0) -> Any:
    """The net that a set's classes are learned with."""
    from tasvir.models.image_classifier import ImageClassifier

    return ImageClassifier(
        max_epochs=max_epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        augment=augment,
        random_state=seed,
    )


def textbook_classifier(*, max_epochs: int, batch_size: int, seed: int = 0) -> Any:
    """Three convolutions with pooling and a layer of 128 units, trained by Adam: AdamW without decay is that."""
    from tasvir.models.image_classifier import ImageClassifier
    from tasvir.nets.cnn import CNNSpec

    unfitted = ImageClassifier(net=CNNSpec(filters=(32, 64, 64), batch_norm=False, dense=(128,)), weight_decay=0.0)
    unfitted.set_params(max_epochs=max_epochs, batch_size=batch_size, random_state=seed)
    return unfitted.set_params(validation_fraction=None)


def principal_svm(n_features: int, y: np.ndarray, *, groups: np.ndarray | None = None, seed: int = 0) -> Any:
    """A support vector machine with a Gaussian kernel on principal components, to be fitted on flat images with these labels.

    Its settings are chosen when it is fitted, by 5-fold cross-validation on at most 2,000 of its images (images of one group in
    one fold), for balanced accuracy; the components, which know no labels, are those of all its images. More than 10,000 images
    make it slow: `svm_rows` thins them.
    """
    from sklearn.decomposition import PCA
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    grid = {"scale": ["passthrough", StandardScaler()], "svm__C": SVM_COSTS}
    machine = Pipeline([("scale", "passthrough"), ("svm", SVC(break_ties=True))])
    search = GridSearchCV(machine, grid, scoring=_balanced_score, cv=svm_folds(y, groups, seed=seed))
    components = PCA(min(SVM_COMPONENTS, n_features, len(y) - 1), random_state=seed)
    return Pipeline([("components", components), ("search", search)])


def judging_svm(n_features: int, n_images: int, *, C: float, scaled: bool) -> Any:
    """A `principal_svm` whose settings are chosen already: the same for every training set that it judges."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    components = PCA(min(SVM_COMPONENTS, n_features, n_images - 1), random_state=0)
    scale = StandardScaler() if scaled else "passthrough"
    return Pipeline([("components", components), ("scale", scale), ("svm", SVC(C=C, break_ties=True))])


def svm_rows(y: np.ndarray, seed: int) -> np.ndarray:
    """The training images that `principal_svm` is fitted on: all, or 10,000 in which every class has its share."""
    return spread_sample(y, SVM_IMAGES, seed)


def svm_folds(y: np.ndarray, groups: np.ndarray | None = None, *, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to fit on and to judge by; a fold that would leave a single class to fit on is left out."""
    rows = spread_sample(y, SVM_SEARCHED, seed)
    fold_of_row = spread_folds(y[rows], None if groups is None else groups[rows], seed=seed)
    splits = [(rows[fold_of_row != fold], rows[fold_of_row == fold]) for fold in np.unique(fold_of_row)]
    return [(rest, held) for rest, held in splits if len(np.unique(y[rest])) > 1]


def _balanced_score(fitted: Any, X: np.ndarray, y: np.ndarray) -> float:
    return balanced_accuracy(y, fitted.predict(X))


def small_classifier(n_images: int, *, augment: str = "shift", seed: int = 0) -> Any:
    """The net that judges training sets, small enough to be trained twenty times: equal steps, no image held out."""
    from tasvir.models.eye import small_classifier as unfitted

    return unfitted(n_images, steps=STEPS, augment=augment, seed=seed)


def batches_an_epoch(most: int, steps: int) -> int:
    """A number by which `steps` can be divided: an epoch of so many batches shows each of `most` images `SHOWN` times or more."""
    whole = [n for n in range(1, steps + 1) if steps % n == 0]
    return next((n for n in whole if n * BATCH >= SHOWN * most), steps)


def shown_rows(y: np.ndarray, n_shown: int, seed: int) -> np.ndarray:
    """So many row numbers, each image as often as any other; where that leaves some over, every class has its share of them."""
    often, left = divmod(n_shown, len(y))
    return np.concatenate([np.tile(np.arange(len(y)), often), spread_sample(y, left, seed)])


def judging_net(*, n_epochs: int, augment: str = "shift", seed: int = 0) -> Any:
    """The small net that judges training sets: it is given as many images for every set (`shown_rows`)."""
    return small_classifier(BATCH, augment=augment, seed=seed).set_params(max_epochs=n_epochs)


def augmentation(data: Dataset, seed: int) -> tuple[str, MirrorTest]:
    """What is done to training images, and why: they are mirrored only where mirroring does not change the class."""
    found = mirror_test(data, seed)
    return "shift_flip" if found.safe else "shift", found


def small_training(times: int = 1) -> Fit:
    """The work of so many small classifiers."""
    some = 256  # how many does not matter: the work says how many images are shown
    return Fit(partial(small_classifier, some), times * STEPS * BATCH)


def judging(steps: int, times: int = 1) -> Fit:
    """The work of so many judging nets."""
    return Fit(partial(judging_net, n_epochs=1), times * steps * BATCH)


def svm_search(data: Dataset) -> Search:
    """Pairs of images that a `principal_svm` compares: to choose its settings, to be fitted, and for every test image."""
    n_fitted = min(data.counts["train"], SVM_IMAGES)
    n_chosen = 2 * len(SVM_COSTS) * 5 * min(n_fitted, SVM_SEARCHED) ** 2
    return Search(n_chosen + n_fitted * (n_fitted + data.counts["test"]))


def neighbour_search(data: Dataset, share: float = 1.0) -> Search:
    """All test images against the training images, and 10,000 training images once more for the choice of k."""
    n_train, n_test = data.counts["train"], data.counts["test"]
    return Search(share * (n_train * n_test + min(n_train, CHOSEN_ON) ** 2))
