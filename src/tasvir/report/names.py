"""What a page calls the methods, arms and parts that records hold by their ids: a new title here computes nothing anew."""

from tasvir.report.gan_names import gan_names
from tasvir.report.name import Name
from tasvir.report.words.message import Words, literal, say

#: id of a cell -> its name
NAMES = {
    "representation/raw": Name(say("Raw pixels"), say("raw pixels")),
    "representation/pca": Name(say("PCA"), say("PCA")),
    "representation/isomap": Name(say("Isomap"), say("Isomap")),
    "representation/dense": Name(say("Autoencoder (dense)"), say("the dense autoencoder")),
    "representation/conv": Name(say("Autoencoder (conv)"), say("the convolutional autoencoder")),
    "representation/vae": Name(say("VAE (conv)"), say("the convolutional VAE")),
    "reduction/raw": Name(say("Raw pixels"), say("raw pixels")),
    "reduction/pca": Name(say("PCA"), say("PCA")),
    "reduction/isomap": Name(say("Isomap"), say("Isomap")),
    "reduction/landmark_isomap": Name(say("Landmark Isomap"), say("Landmark Isomap")),
    "reduction/autoencoder_dense": Name(say("Autoencoder (dense)"), say("the dense autoencoder")),
    "reduction/autoencoder_conv": Name(say("Autoencoder (conv)"), say("the convolutional autoencoder")),
    "reduction/vae_dense": Name(say("VAE (dense)"), say("the dense VAE")),
    "reduction/vae_conv": Name(say("VAE (conv)"), say("the convolutional VAE")),
    "classifier": Name(say("Convolution net"), say("the convolution net")),
    "baseline/majority": Name(say("Majority class"), say("the majority class")),
    "baseline/knn": Name(say("k-NN on raw pixels"), say("k-NN on raw pixels")),
    "baseline/logistic": Name(say("Logistic regression"), say("logistic regression")),
    "baseline/svm": Name(say("SVM on principal components"), say("an SVM on principal components")),
    "generation/gaussian": Name(say("Gaussian sampler"), say("the Gaussian sampler")),
    "generation/vae": Name(say("Conditional VAE"), say("the conditional VAE")),
    "generation/gan": Name(say("Conditional GAN"), say("the conditional GAN")),
    "generation/vae-grid": Name(say("VAE with 2 latents"), say("the VAE with 2 latents")),
    "evidence/real": Name(say("Real images alone"), say("the real images alone")),
    "evidence/duplicates": Name(say("Duplicated real images"), say("duplicated real images")),
    "evidence/unaugmented": Name(say("Without augmentation"), say("the real images without augmentation")),
    "evidence/shifted": Name(say("Shifted real images"), say("shifted real images")),
    "evidence/restored": Name(say("Real images put back"), say("the real images put back")),
    "evidence/judge/svm": Name(say("SVM on principal components"), say("an SVM on principal components")),
    "evidence/judge/net": Name(say("Small convolution net"), say("a small convolution net")),
    "evidence/gaussian": Name(say("Gaussian sampler"), say("the Gaussian sampler")),
    "evidence/vae": Name(say("Conditional VAE"), say("the conditional VAE")),
    "latent/vae": Name(say("VAE with 2 latents"), say("the VAE with 2 latents")),
    "latent/beta-small": Name(say("VAE, smaller beta"), say("the VAE with a smaller beta")),
    "latent/beta-large": Name(say("VAE, larger beta"), say("the VAE with a larger beta")),
    "latent/autoencoder": Name(say("Autoencoder"), say("the autoencoder")),
    "latent/many": Name(say("Larger VAE"), say("the larger VAE")),
    "denoise/noisy": Name(say("Noisy image"), say("the noisy image")),
    "denoise/gaussian": Name(say("Gaussian filter"), say("the Gaussian filter")),
    "denoise/tv": Name(say("Total variation"), say("the total variation filter")),
    "denoise/wavelet": Name(say("Wavelets"), say("the wavelet filter")),
    "denoise/nlm": Name(say("Non-local means"), say("non-local means")),
    "denoise/textbook": Name(say("Textbook net"), say("the textbook net")),
    "denoise/unet": Name(say("U-Net, one variance"), say("the U-Net for one variance")),
    "denoise/blind": Name(say("U-Net, a range, blind"), say("the blind U-Net for a range")),
    "denoise/told": Name(say("U-Net, a range, told"), say("the U-Net that is told the variance")),
    "denoise/estimated": Name(say("U-Net, a range, estimate"), say("the U-Net that is told an estimate")),
    **gan_names(),
    "codes/given": Name(say("Autoencoder, coupled decay"), say("the autoencoder with its decay in the gradient")),
    "codes/repaired": Name(say("Autoencoder, decoupled decay"), say("the autoencoder with decoupled decay")),
    "codes/a": Name(say("(a) As given"), say("the solution as it is given")),
    "codes/b": Name(say("(b) One softmax"), say("one softmax")),
    "codes/c-codes": Name(say("(c₁) Decoupled decay, codes"), say("codes of decoupled decay")),
    "codes/c": Name(say("(c₂) Decoupled decay, both"), say("decoupled decay of both, and one cycle")),
    "codes/d": Name(say("(d) Standardised codes"), say("standardised codes")),
    "codes/e": Name(say("(e) Trained together"), say("the encoder trained along")),
    "codes/pca": Name(say("Principal components"), say("the classifier of principal components")),
    "codes/raw": Name(say("Pixels"), say("the classifier of pixels")),
    "batchnorm/plain": Name(say("Without batch norm"), say("the net without batch norm")),
    "batchnorm/normed": Name(say("With batch norm"), say("the net with batch norm")),
}
#: parts of a split
PARTS = {"train": say("training"), "val": say("validation"), "valid": say("validation"), "test": say("test")}
#: what was done to the pixels before a method
PIXELS = {
    "scaled": say("divided by 255"),
    "flat": say("each image one row of numbers, divided by 255"),
    "flat_centred": say("each image one row of numbers, divided by 255; the mean image subtracted"),
    "flat_some": say("each image one row of numbers, divided by 255; fitted on a part of the training images, 10 neighbours"),
}


def name_of(cell: str) -> Name:
    """The name of a cell, or of the nearest thing above it that has one; without any, the last word of its id."""
    place = cell
    while place and place not in NAMES:
        place = place.rpartition("/")[0]
    if place:
        return NAMES[place]
    word = say("{name}", name=literal(cell.rpartition("/")[2]))
    return Name(word, word)


def part_name(part: str) -> Words:
    """What a part of a split is called; one of another word by that."""
    return PARTS.get(part, part)
