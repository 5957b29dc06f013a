"""A regressor on windows (n, T, F): a recurrent net reads the steps. Legend: B batch, T steps, F features."""

import numpy as np
import torch
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_array, check_consistent_length
from torch import nn
from torch.nn import functional

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.windows import WindowSpace
from tasvir.models.trained import TrainedEstimator


class Recurrent(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.steps, self.head = nn.GRU(n_features, 12, batch_first=True), nn.Linear(12, n_outputs)

    def forward(self, x_BTF):
        states, _ = self.steps(x_BTF)
        return self.head(states[:, -1])


class SquaredErrorTask:
    def __init__(self, net, engine, learning_rate):
        self.engine = engine
        net = net.to(engine.device)
        self.net, self.optimizer = engine.setup(net, torch.optim.Adam(net.parameters(), lr=learning_rate))

    def begin(self, epoch):
        pass

    def train_step(self, batch):
        losses = self.valid_step(batch)
        self.optimizer.zero_grad()
        self.engine.backward(losses["loss"])
        self.optimizer.step()
        return losses

    def valid_step(self, batch):
        x_BTF, y = self.engine.put(batch)
        return {"loss": functional.mse_loss(self.net(x_BTF), y)}

    def state(self):
        return {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state):
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])

    def kept(self):
        return self.engine.unwrap(self.net)


class WindowRegressor(RegressorMixin, TrainedEstimator):
    _space = WindowSpace

    def __init__(
        self,
        *,
        max_epochs=20,
        batch_size=8,
        learning_rate=2e-2,
        validation_fraction=None,
        hooks=(),
        engine=None,
        device="auto",
        random_state=None,
    ):
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.hooks = hooks
        self.engine = engine
        self.device = device
        self.random_state = random_state

    def fit(self, X, y, *, groups=None, X_val=None, y_val=None):
        X = self._check_fit_X(X)
        y = self._numbers(X, y)
        self.y_shape_, self.y_mean_, self.y_sd_ = y.shape[1:], y.mean(0), y.std(0)
        valid = None
        if X_val is not None:
            X_val = self._space.check(self, X_val, reset=False)
            valid = X_val, self._inside(self._numbers(X_val, y_val))
        self._train(X, (self._inside(y),), groups=groups, valid=valid)
        return self

    def predict(self, X):
        return self._infer(self.net_, X).reshape(-1, *self.y_shape_) * self.y_sd_ + self.y_mean_

    def _numbers(self, X, y):
        if y is None:
            raise BadInputError("y is None: give the numbers to learn")
        y = check_array(y, dtype=np.float64, ensure_2d=False, input_name="y")
        check_consistent_length(X, y)
        return y

    def _inside(self, y):
        return ((y - self.y_mean_) / self.y_sd_).reshape(len(y), -1).astype(np.float32)

    def _build_net(self):
        return Recurrent(self._layout.shape[1], int(np.prod(self.y_shape_)))

    def _build_task(self, net, engine, *, n_steps, seed):
        return SquaredErrorTask(net, engine, self.learning_rate)

    def _more_learned(self):
        return {name: getattr(self, name) for name in ("y_shape_", "y_mean_", "y_sd_")}
