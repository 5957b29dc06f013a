"""What is measured, once for all pages: how each quantity is called and written, which way is better, and what it means."""

from collections.abc import Callable
from dataclasses import dataclass

from tasvir.report.cells import Reading
from tasvir.report.numbers import decimal, of_n, p_value, percent, plain, points, seconds, span
from tasvir.report.words.message import Sentence, Shown, say


@dataclass(frozen=True)
class Quantity:
    """One quantity; `better` is 1 where greater is better, -1 where less is, 0 where neither."""

    title: Sentence
    write: Callable[[Reading | None], Shown]
    better: int = 0
    meaning: Sentence | None = None


def _plainly(reading: Reading | None) -> Shown:
    return plain(None) if reading is None else plain(reading.value, reading.record)


def _digits(number: int) -> Callable[[Reading | None], Shown]:
    return lambda reading: decimal(reading, number)


#: name of a metric -> what it is
QUANTITIES = {
    "accuracy": Quantity(say("Accuracy"), percent, 1, say("Accuracy: the share of the test images that is classified rightly.")),
    "balanced_accuracy": Quantity(
        say("Balanced accuracy"), percent, 1, say("Balanced accuracy: the mean over classes of the share that is found.")
    ),
    "balanced_accuracy_mean": Quantity(say("Balanced accuracy"), percent, 1),
    "judge_score": Quantity(say("Balanced accuracy"), percent, 1),
    "auc": Quantity(
        say("AUC"),
        _digits(3),
        1,
        say("AUC: the area under the ROC curve, for several classes the mean of each against the rest."),
    ),
    "log_loss": Quantity(
        say("Log-loss"),
        _digits(3),
        -1,
        say("Log-loss: minus the logarithm of the probability given to the true class; less is better."),
    ),
    "brier": Quantity(
        say("Brier score"),
        _digits(3),
        -1,
        say("Brier score: the squared distance of the probabilities to the truth; less is better."),
    ),
    "log_loss_scaled": Quantity(say("Log-loss"), _digits(3), -1),
    "brier_scaled": Quantity(say("Brier score"), _digits(3), -1),
    "recall": Quantity(say("Recall"), percent, 1),
    "precision": Quantity(say("Precision"), percent, 1),
    "knn_accuracy": Quantity(say("k-NN accuracy"), percent, 1),
    "neighbours": Quantity(say("k"), _digits(0)),
    "validation_accuracy": Quantity(say("Validation"), percent, 1),
    "trustworthiness": Quantity(say("Trustworthiness"), _digits(3), 1),
    "reconstruction_mse": Quantity(say("Error"), _digits(4), -1),
    "training_loss": Quantity(say("Training loss"), _digits(4), -1),
    "validation_loss": Quantity(say("Validation loss"), _digits(4), -1),
    "code_sd": Quantity(say("Spread"), _digits(2)),
    "silhouette": Quantity(say("Silhouette"), _digits(2), 1),
    "kl": Quantity(say("Nats"), _digits(2)),
    "far_grid": Quantity(say("Grid"), percent),
    "far_prior": Quantity(say("Holes"), percent, -1),
    "coverage": Quantity(say("Coverage"), percent, 1),
    "density": Quantity(say("Density"), _digits(2)),
    "clipped_coverage": Quantity(say("Clipped coverage"), percent, 1),
    "clipped_density": Quantity(say("Clipped density"), percent, 1),
    "sharpness": Quantity(say("Sharpness"), _digits(2)),
    "gan_train": Quantity(say("GAN-train"), percent, 1),
    "raggedness": Quantity(say("Roughness"), _digits(2)),
    "psnr": Quantity(
        say("PSNR (dB)"),
        _digits(2),
        1,
        say(
            "PSNR: minus ten times the logarithm of the mean squared error of an image (pixels from 0 to 1), and then the mean "
            "over images; ten times the error is 10 dB less. An error below that of rounding to bytes counts as that one, 58.92 "
            "dB."
        ),
    ),
    "ssim": Quantity(say("SSIM"), _digits(3), 1, say("SSIM: how alike the patterns of small windows are; 1 for equal images.")),
    "validation_psnr": Quantity(say("PSNR on held-out images (dB)"), _digits(2), 1),
    "generator_loss": Quantity(say("Generator's loss"), _digits(2)),
    "discriminator_loss": Quantity(say("Discriminator's loss"), _digits(2)),
    "loss_gap": Quantity(say("Gap"), _digits(2)),
    "led_gradient": Quantity(say("Gradient"), _digits(3)),
    "nearest_training": Quantity(say("Nearest"), _digits(3)),
    "copies": Quantity(say("Copies"), of_n, -1),
    "held_out_duplicates": Quantity(say("Held-out near-duplicates"), of_n),
    "planted_copies_found": Quantity(say("Planted copies found"), percent, 1),
    "balanced_accuracy_difference": Quantity(say("Difference"), points, 1),
    "difference": Quantity(say("Difference"), points, 1),
    "gain": Quantity(say("Difference"), points, 1),
    "p_holm": Quantity(say("p-value"), p_value),
    "smallest_detectable": Quantity(say("Could be found"), span),
    "fit_s": Quantity(say("Fit"), seconds, -1),
    "transform_s": Quantity(say("Transform"), seconds, -1),
    "sample_s": Quantity(say("Sampling"), seconds, -1),
}

#: name of a fact that says how a cell was computed -> its title
SETTINGS = {
    "n_parameters": say("Parameters"),
    "epochs": say("Epochs"),
    "n_fitted": say("Images it is fitted on"),
    "best_epoch": say("Epoch that was kept"),
    "batch_size": say("Images a batch"),
    "learning_rate": say("Learning rate"),
    "augment": say("Augmentation"),
    "mirror": say("Mirror images"),
}


def quantity(name: str) -> Quantity:
    """What a metric is; one without a row here is called by its id and written plainly."""
    return QUANTITIES.get(name) or Quantity(Sentence(name.replace("_", " ").replace("{", "").replace("}", "")), _plainly)
