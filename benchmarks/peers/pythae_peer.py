"""pythae: its VAE with the encoder and decoder of the other peers, trained by its own trainer, one epoch a time."""

import logging
import tempfile

import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from speak import answer, clocked, images
from textbook_peer import LATENTS, ConvVAE

logging.disable(logging.CRITICAL)


class Encoder(BaseEncoder):
    def __init__(self):
        super().__init__()
        self.net = ConvVAE().encoder

    def forward(self, x):
        mean, log_variance = self.net(x).chunk(2, dim=1)
        return ModelOutput(embedding=mean, log_covariance=log_variance)


class Decoder(BaseDecoder):
    def __init__(self):
        super().__init__()
        self.net = ConvVAE().decoder

    def forward(self, z):
        return ModelOutput(reconstruction=self.net(z))


def conv_vae():
    X, y = images()
    dataset = BaseDataset(torch.from_numpy(X)[:, None], torch.from_numpy(y))
    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENTS, reconstruction_loss="mse")
    settings = BaseTrainerConfig(
        output_dir=tempfile.mkdtemp(), num_epochs=1, per_device_train_batch_size=128, learning_rate=1e-3, no_cuda=True
    )
    trainer = BaseTrainer(VAE(config, Encoder(), Decoder()), train_dataset=dataset, training_config=settings)
    trainer.prepare_training()
    return clocked(lambda: trainer.train_step(1))


if __name__ == "__main__":
    answer({"conv VAE": conv_vae})
