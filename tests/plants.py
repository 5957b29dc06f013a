"""Hooks that spoil an adversarial training from an epoch on, for a recorder to find."""

import torch


class Plant:
    """At its epoch it does something to the task, once."""

    def __init__(self, epoch):
        self.epoch = epoch

    def __call__(self, task, history):
        if len(history) == self.epoch:
            self.spoil(task)
        return False

    def state(self):
        return {}

    def load(self, state):
        pass

    def close(self, task):
        pass


class OneImage(Plant):
    """The generator draws one image, whatever the noise and the class."""

    def spoil(self, task):
        generator = task.players.generator
        draw = type(generator).forward
        generator.forward = lambda z, y=None: draw(generator, torch.ones_like(z), None if y is None else torch.zeros_like(y))


class OneImageOfAClass(Plant):
    """The same for one class; the others stay as they are."""

    def __init__(self, epoch, label):
        super().__init__(epoch)
        self.label = label

    def spoil(self, task):
        generator = task.players.generator
        draw = type(generator).forward
        generator.forward = lambda z, y: draw(generator, torch.where((y == self.label)[:, None], torch.ones_like(z), z), y)


class FewImages(Plant):
    """Three different noises are all that the generator still knows."""

    def spoil(self, task):
        generator = task.players.generator
        draw = type(generator).forward
        known = torch.randn(3, task.n_latents, generator=torch.Generator().manual_seed(0))
        generator.forward = lambda z, y=None: draw(generator, known[torch.arange(len(z)) % 3], y)


class TooFast(Plant):
    """Learning rates with which no training stays finite."""

    def spoil(self, task):
        for optimizer in (task.generator_optimizer, task.discriminator_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = 1e3


class Blind(Plant):
    """The generator learns no more, and the discriminator is sure of everything."""

    def spoil(self, task):
        task.generator_optimizer.param_groups[0]["lr"] = 0.0
        task.levers = type(task.levers)(r1=0.0, ema=task.levers.ema)
