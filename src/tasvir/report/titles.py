"""What a page calls the methods and arms of a study: records hold their ids, and a new title here computes nothing anew."""

#: id of a cell -> its title
TITLES = {
    "representation/raw": "Raw pixels",
    "representation/pca": "PCA",
    "representation/isomap": "Isomap",
    "representation/dense": "Autoencoder (dense)",
    "representation/conv": "Autoencoder (conv)",
    "representation/vae": "VAE (conv)",
    "classifier": "Residual net",
    "baseline/majority": "Majority class",
    "baseline/knn": "k-NN on raw pixels",
    "baseline/logistic": "Logistic regression",
    "generation/gaussian": "Gaussian sampler",
    "generation/vae": "Conditional VAE",
    "generation/vae-grid": "VAE with 2 latents",
    "evidence/real": "the real images alone",
    "evidence/duplicates": "duplicated real images",
    "evidence/gaussian": "the Gaussian sampler",
    "evidence/vae": "the conditional VAE",
}


def title_of(cell: str) -> str:
    """The title of a cell, or of the nearest thing above it that has one; without any, the last word of its name."""
    name = cell
    while name and name not in TITLES:
        name = name.rpartition("/")[0]
    return TITLES.get(name) or cell.rpartition("/")[2]
