"""Random small networks of Keras, as files and as the graphs that TensorFlow's profiler counts.

    python3 scripts/peer_keras.py FOLDER NUMBER...     writes the networks of these numbers

Each network is written as the library's own file and as a frozen graph of batch 1. Even numbers are of Keras 3, odd ones
of tf_keras. Needs the packages of scripts/keras_files.py.
"""

import pathlib
import random
import sys


class Builder:
    """Adds layers to a network, each for the result of those before it, and leaves out those that do not fit."""

    def __init__(self, library, seed):
        self.k = library
        self.layers = library.layers
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, likelihood):
        return self.random.random() < likelihood

    def activation(self):
        return self.pick("relu", "relu", "relu", "relu6" if self.k.__name__ == "keras" else "relu", "sigmoid", "tanh",
                         "elu", "selu", "softplus", "gelu", "linear", "linear", None)

    def start(self, *shape):
        self.inputs = self.x = self.layers.Input(shape)

    def add(self, layer):
        """A layer, unless its result would be empty."""
        try:
            y = layer(self.x)
        except ValueError:
            return
        if all(size is None or size > 0 for size in y.shape):
            self.x = y

    def convolution(self):
        channels = self.x.shape[-1]
        padding = self.pick("same", "valid")
        kind = self.pick("plain", "plain", "plain", "depthwise", "separable", "grouped", "transposed", "dilated")
        kernel, bias, activation = self.pick(1, 2, 3, 3, 5, (3, 1)), self.chance(0.7), self.activation()
        filters, stride = self.pick(4, 6, 8, 12), self.pick(1, 1, 2)
        if kind == "depthwise":
            return self.layers.DepthwiseConv2D(self.pick(2, 3, 5), stride, padding, self.pick(1, 1, 2), use_bias=bias,
                                               activation=activation)
        if kind == "separable":
            return self.layers.SeparableConv2D(filters, self.pick(3, 5), stride, padding, use_bias=bias,
                                               activation=activation)
        if kind == "transposed":
            return self.layers.Conv2DTranspose(filters, self.pick(2, 3), self.pick(1, 2), padding, use_bias=bias,
                                               activation=activation)
        if kind == "grouped" and channels % 2 == 0:
            return self.layers.Conv2D(filters, kernel, stride, padding, groups=2, use_bias=bias, activation=activation)
        if kind == "dilated":
            return self.layers.Conv2D(filters, 3, 1, "same", dilation_rate=2, use_bias=bias, activation=activation)
        return self.layers.Conv2D(filters, kernel, stride, padding, use_bias=bias, activation=activation)

    def pool(self):
        kind = self.pick(self.layers.MaxPooling2D, self.layers.AveragePooling2D)
        return kind(self.pick(2, 3, (2, 1)), self.pick(None, 1, 2), self.pick("same", "valid"))

    def activation_layer(self):
        return self.pick(self.layers.ReLU, self.layers.LeakyReLU, self.layers.ELU, self.layers.PReLU,
                         lambda: self.layers.Activation("relu"), lambda: self.layers.Activation("tanh"))()

    def merged(self):
        """The sum, product or concatenation of what there is and of a branch of the same size."""
        channels = self.x.shape[-1]
        branch = self.layers.Conv2D(channels, self.pick(1, 3), padding="same", activation=self.activation())(self.x)
        merge = self.pick(self.layers.Add, self.layers.Add, self.layers.Multiply, self.layers.Concatenate,
                          self.layers.Subtract, self.layers.Maximum)
        self.x = merge()([self.x, branch])

    def picture(self):
        self.start(self.random.randint(8, 18), self.random.randint(8, 18), self.pick(1, 2, 3, 4, 8))
        for _ in range(self.random.randint(2, 6)):
            kind = self.pick("conv", "conv", "conv", "pool", "norm", "activation", "merged", "other")
            if kind == "merged":
                self.merged()
            elif kind == "norm":
                self.add(self.layers.BatchNormalization(scale=self.chance(0.9)))
            else:
                self.add({"conv": self.convolution, "pool": self.pool, "activation": self.activation_layer,
                          "other": self.moved}[kind]())
        self.add(self.pick(self.layers.GlobalAveragePooling2D, self.layers.GlobalAveragePooling2D,
                           self.layers.GlobalMaxPooling2D, self.layers.Flatten, self.layers.Flatten)())
        self.dense(self.pick(0, 1))

    def moved(self):
        return self.pick(self.layers.Dropout(0.2), self.layers.ZeroPadding2D(1), self.layers.Cropping2D(1),
                         self.layers.UpSampling2D(2))

    def dense(self, hidden):
        for _ in range(hidden):
            self.add(self.layers.Dense(self.pick(8, 16, 20), use_bias=self.chance(0.8), activation=self.activation()))
        self.add(self.layers.Dense(self.pick(2, 10), activation=self.pick("softmax", "softmax", "sigmoid", None)))

    def vector(self):
        self.start(*self.pick((self.random.randint(4, 60),), (self.random.randint(3, 8), self.random.randint(4, 30))))
        if self.chance(0.3):
            self.add(self.layers.BatchNormalization())
        self.dense(self.random.randint(1, 4))

    def sequence(self):
        self.start(self.random.randint(3, 8), self.pick(4, 6, 10))
        cells = (self.layers.LSTM, self.layers.GRU, self.layers.SimpleRNN)
        for last in (False, True)[self.pick(0, 1):]:
            cell = self.pick(*cells)(self.pick(5, 8, 12), return_sequences=not last)
            self.add(self.layers.Bidirectional(cell) if self.chance(0.3) else cell)
        self.dense(self.pick(0, 1))

    def model(self, recurrent):
        if recurrent:
            self.sequence()
        elif self.chance(0.7):
            self.picture()
        else:
            self.vector()
        return self.k.Model(self.inputs, self.x)


def model(number):
    import keras
    import tf_keras
    return Builder(tf_keras if number % 2 else keras, f"keras {number}").model(recurrent=number % 20 in (8, 9))


def name_of(number):
    return f"keras{2 if number % 2 else 3}_{number}"


def jobs(count, folder):
    """The jobs of peer_tools.ask, with both files."""
    return [{"name": name_of(number), "module": "peer_keras", "call": "model", "arguments": [number],
             "file": str(folder / f"{name_of(number)}.pb"), "keras": str(folder / f"{name_of(number)}.keras")}
            for number in range(count)]


def write(folder, numbers):
    import keras_files
    keras_files.enter()
    for number in numbers:
        made = model(number)
        keras_files.write_frozen(made, folder / f"{name_of(number)}.pb")
        keras_files.write_keras(made, folder / f"{name_of(number)}.keras")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), [int(each) for each in sys.argv[2:]])
