"""How the classifier was trained: its settings, its curves, and what they say."""

from collections.abc import Sequence

from tasvir.report.blocks import curves_figure, settings_table
from tasvir.report.cells import Curve, Reading
from tasvir.report.document import Figure, Table
from tasvir.report.fitting import fitting_sentence, read_training
from tasvir.report.numbers import count, decimal, percent, plain
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Words, say

_MOST_CURVES = 3  # nets whose training is drawn
Z = 3.09  # of the test that the test images are like the validation images, at 0.1 %


def titled_net(net: View, how_many: int) -> Words:
    """What a net is called; with its seed where there are several."""
    return net.title if how_many == 1 else say("{net}, seed {seed}", net=net.title, seed=plain(int(net.last)))


def training_table(net: View | None) -> Table | None:
    """How the first net was trained."""
    if net is None:
        return None
    asked = ("n_parameters", "n_fitted", "epochs", "batch_size", "learning_rate")
    plainly = {key: net.told(key) for key in asked}
    plainly["n_fitted"] = net.count("n_fitted")
    told: dict[str, Words] = {**plainly, "augment": _augmented(net), "mirror": _mirrored(net)}
    return settings_table("training", say("The net and its training."), told)


def _augmented(net: View) -> Words:
    share = Reading(net.facts.get("max_shift") or 0.0, record=net.record("max_shift"))
    if net.facts.get("augment") == "shift_flip":
        return say("shifts of up to {share} of the side and left-right flips", share=percent(share))
    if net.facts.get("augment") == "shift":
        return say("shifts of up to {share} of the side", share=percent(share))
    return net.told("augment")


def _mirrored(net: View) -> Words:
    found, record = net.facts.get("mirror"), net.record("mirror")
    if not found:
        return plain(None)
    shares = {key: percent(Reading(found[key], record=record)) for key in ("as_they_are", "mirrored")}
    k = count(found["k"], record)
    if not found["informed"]:
        return say(
            "{k}-NN among training images: {as_they_are}, no more than the largest class has; it cannot tell, so images are not "
            "mirrored",
            k=k,
            **shares,
        )
    if found["safe"]:
        return say(
            "{k}-NN among training images: {as_they_are} as they are, {mirrored} mirrored; images are mirrored", k=k, **shares
        )
    return say(
        "{k}-NN among training images: {as_they_are} as they are, {mirrored} mirrored; images are not mirrored", k=k, **shares
    )


def learning_figure(nets: Sequence[View]) -> Figure | None:
    """Loss and accuracy of the first nets, epoch by epoch: of the training that was watched."""
    curves: list[tuple[Words, Curve | None, float | None]] = []
    for net in nets[:_MOST_CURVES]:
        title = titled_net(net, len(nets))
        curves.append((say("{net}: loss", net=title), net.curve("loss"), None))
        curves.append((say("{net}: accuracy", net=title), net.curve("accuracy"), None))
    kept = say("The net of the last epoch is kept.")
    if any(_trained_again(net) for net in nets):
        kept = say(
            "This is a first training, watched on images that it does not see; the net that is tested is trained anew, on these "
            "images too, and its last epoch is kept."
        )
    caption = say("Loss and accuracy during training. {kept}", kept=kept)
    if len(nets) > _MOST_CURVES:
        caption = say("Loss and accuracy during training of the first {n} seeds. {kept}", n=count(_MOST_CURVES), kept=kept)
    return curves_figure("classifier-curves", caption, curves, percent=("accuracy",))


def _trained_again(net: View) -> bool:
    """Whether the net that is tested is another one than the curves are of."""
    return bool(net.facts.get("trained_again"))


def temperature_sentence(net: View) -> Sentence | None:
    """What a temperature, chosen on held-out images, does to the probabilities of the first net."""
    if net.reading("log_loss_scaled") is None or net.facts.get("temperature") is None:
        return None
    shown: dict[str, Words] = {
        "net": net.inside,
        "temperature": decimal(Reading(net.facts["temperature"], record=net.record("temperature")), 2),
        "loss": net.shown("log_loss"),
        "scaled_loss": net.shown("log_loss_scaled"),
        "brier": net.shown("brier"),
        "scaled_brier": net.shown("brier_scaled"),
    }
    return say(
        "Validation images ask for a temperature of {temperature} for {net} (above 1: its probabilities are surer than they may "
        "be; below 1: less sure). With it the log-loss is {scaled_loss} instead of {loss}, the Brier score {scaled_brier} "
        "instead of {brier}.",
        **shown,
    )


def fitting_sentences(net: View) -> tuple[Sentence | None, ...]:
    """What the curves of the first net say: over-fitting, and the gap between training and validation."""
    title = say("the first training of {net}", net=net.inside) if _trained_again(net) else net.inside
    return (fitting_sentence(title, read_training(net.curve("loss"))), *_train_gap(net))


def _train_gap(net: View) -> tuple[Sentence, ...]:
    """Accuracy on training against validation images after the last epoch.

    The alarm compares the validation images of the first training with the test images of the second: that one learned more
    images, which makes the alarm rarer, and the test images are not looked at twice.
    """
    curve = net.curve("accuracy")
    if curve is None or not {"train", "valid"} <= set(curve.series):
        return ()
    train, valid = (Reading(curve.series[part][-1], record=curve.record) for part in ("train", "valid"))
    told = say(
        "After its last epoch it is right for {train} of the training and {valid} of the validation images.",
        train=percent(train),
        valid=percent(valid),
    )
    if not _shifted(valid, int(net.facts.get("n_valid") or 0), net.reading("accuracy")):
        return (told,)
    return told, say("This is far above test accuracy: the test images come from elsewhere or are labelled differently.")


def _shifted(valid: Reading, n_valid: int, test: Reading | None) -> bool:
    """Whether the test images are harder than the chance of both parts explains: a one-sided test of two shares at 0.1 %."""
    if test is None or not test.n or n_valid < 1:
        return False
    shares = (valid.value * n_valid + test.value * test.n) / (n_valid + test.n)
    error = (max(shares * (1 - shares), 1 / (4 * (n_valid + test.n))) * (1 / n_valid + 1 / test.n)) ** 0.5
    return valid.value - test.value > Z * error
