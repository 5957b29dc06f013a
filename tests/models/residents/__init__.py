"""Estimators that move in without a change in src: each is one file and one row of the table of names."""

from tasvir.models.names import Model

ROWS = {
    "ToyGAN": Model("models.residents.toy_gan", "toy-gan", ("sampler",)),
    "CodeSampler": Model("models.residents.code_sampler", "code-sampler", ("sampler",)),
    "WindowRegressor": Model("models.residents.window_regressor", "window-regressor", ("regressor",)),
    "ToyDenoiser": Model("models.residents.toy_denoiser", "toy-denoiser", ("denoiser",)),
    "ToyOverSampler": Model("models.residents.toy_over_sampler", "toy-over-sampler", ("resampler",)),
}
