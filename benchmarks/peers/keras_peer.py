"""Keras 3 on TensorFlow: the dense autoencoder and the convolutional classifier, as its guides write them."""

import os

os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

import keras
import tensorflow as tf
from keras import layers
from speak import answer, clocked, images

THREADS = int(os.environ["OMP_NUM_THREADS"])
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def dense_autoencoder():
    X = images()[0].reshape(-1, 784)
    down = [layers.Dense(n, activation="relu") for n in (500, 200, 100)]
    up = [layers.Dense(n, activation="relu") for n in (100, 200, 500)]
    net = keras.Sequential([layers.Input((784,)), *down, layers.Dense(30), *up, layers.Dense(784, activation="sigmoid")])
    net.compile(optimizer="adam", loss="mse")
    return clocked(lambda: net.fit(X, X, batch_size=100, epochs=1, verbose=0))


def cnn():
    X, y = images()
    blocks = [
        layer
        for filters in (32, 64, 64)
        for layer in (layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D(2, padding="same"))
    ]
    head = [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10)]
    net = keras.Sequential([layers.Input((28, 28, 1)), *blocks, *head])
    net.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return clocked(lambda: net.fit(X[..., None], y, batch_size=64, epochs=1, verbose=0))


if __name__ == "__main__":
    answer({"dense autoencoder": dense_autoencoder, "cnn": cnn})
