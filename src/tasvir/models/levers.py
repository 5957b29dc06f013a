"""The levers of an adversarial training: what keeps two players in balance, as one value."""

from dataclasses import dataclass

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number, OneOf, Setting


@dataclass(frozen=True)
class LeversSpec:
    """What keeps the two players of a GAN in balance?

    Parameters
    ----------
    instance_noise : float, default=0.0
        Standard deviation (images from -1 to 1) of the Gaussian noise that is added to real and generated images alike, anew
        each time that the discriminator looks.
    noise_epochs : int or None, default=None
        Epochs over which that noise falls linearly to 0; None: it stays.
    label_noise : float, default=0.0
        Share of the real and generated images that the discriminator is told to be of the other kind, in [0, 0.5).
    smoothing : float, default=0.0
        One-sided label smoothing: real images are held to be real with this much less than certainty, in [0, 1). For the
        losses that have a target (non-saturating, saturating, least squares).
    discriminator_rate : float, default=1.0
        The discriminator's learning rate as a multiple of the generator's, above 0.
    discriminator_steps, generator_steps : int, default=1
        Steps of each player on a batch.
    discriminator_ahead : int, default=0
        Epochs at the beginning in which the discriminator learns alone; the generator's gradient is recorded all the same.
    spectral_norm : bool, default=False
        Divide each of the discriminator's linear maps by its largest singular value.
    r1, r2 : float, default=1.0 and 0.0
        Weights of the gradient penalties: half of each times the squared slope of the score at real (R1) and at generated (R2)
        images.
    penalty_every : int, default=16
        Steps from one penalty to the next; it then counts as many times as much (which Adam, whose steps do not grow with their
        gradient, does not take for as many small ones).
    shift : float, default=0.0
        Differentiable augmentation: what the discriminator sees, real and generated, is shifted at random by at most this
        fraction of its side, in [0, 0.5).
    ema : float, default=0.999
        Decay of the average over the generator's weights after each batch, which is kept in their place, in [0, 1); 0 keeps the
        last ones. The average begins with a short memory: (1 + n) / (10 + n) after n batches, until that is greater.

    Raises
    ------
    BadInputError
        A value outside its range, when a GAN is fitted.

    Notes
    -----
    Of the candidates in ``benchmarks/gan.py levers`` none was better on digits and on 1,000 images of MNIST at once, judged on
    held-out training images; those of BreastMNIST are too few to tell (``benchmarks/gan_2026-11-26.md``). `shift` is rounded to
    whole pixels.

    References
    ----------
    C. Sønderby et al. 2017 (instance noise); T. Salimans et al. 2016 (smoothing); M. Heusel et al. 2017 (two learning rates); T.
    Miyato et al. 2018 (spectral norm); L. Mescheder et al. 2018 (R1, R2); T. Karras et al. 2018 and 2020 (average; a penalty at
    some steps); S. Zhao et al. 2020 (differentiable augmentation).

    Examples
    --------
    >>> from tasvir import GAN, LeversSpec
    >>> GAN(levers=LeversSpec(instance_noise=0.2)).get_params()["levers__smoothing"]
    0.0
    """

    instance_noise: float = 0.0
    noise_epochs: int | None = None
    label_noise: float = 0.0
    smoothing: float = 0.0
    discriminator_rate: float = 1.0
    discriminator_steps: int = 1
    generator_steps: int = 1
    discriminator_ahead: int = 0
    spectral_norm: bool = False
    r1: float = 1.0
    r2: float = 0.0
    penalty_every: int = 16
    shift: float = 0.0
    ema: float = 0.999

    def check(self, *, smoothed: bool, loss: str) -> None:
        """Refuse what is outside its range, and smoothing where the loss has no target."""
        for name, allowed in RANGES.items():
            if not allowed.holds(getattr(self, name)):
                raise BadInputError(f"LeversSpec({name}={getattr(self, name)!r}): give {allowed.words}")
        if self.smoothing and not smoothed:
            raise BadInputError(
                f"LeversSpec(smoothing={self.smoothing}) with loss={loss!r}, which has no target to smooth: leave smoothing out"
            )

    def noise_sd(self, epoch: int) -> float:
        """The instance noise of an epoch, counted from 0."""
        if self.noise_epochs is None:
            return self.instance_noise
        return self.instance_noise * max(0.0, 1 - epoch / self.noise_epochs)


_SHARE = Number(low=0, high=1, open_high=True)
_HALF = Number(low=0, high=0.5, open_high=True)
_STEPS = Number(low=1, whole=True)
RANGES: dict[str, Setting] = {
    "instance_noise": Number(low=0),
    "noise_epochs": Number(low=1, whole=True, optional=True),
    "label_noise": _HALF,
    "smoothing": _SHARE,
    "discriminator_rate": Number(low=0, open_low=True),
    "discriminator_steps": _STEPS,
    "generator_steps": _STEPS,
    "discriminator_ahead": Number(low=0, whole=True),
    "spectral_norm": OneOf((True, False)),
    "r1": Number(low=0),
    "r2": Number(low=0),
    "penalty_every": _STEPS,
    "shift": _HALF,
    "ema": _SHARE,
}

#: The first is what None means; "none" is the training of the first papers, "r3gan" has the penalties of Huang et al. 2024.
LEVERS = {"balanced": LeversSpec(), "none": LeversSpec(r1=0.0, ema=0.0), "r3gan": LeversSpec(r2=1.0)}
