"""Random small networks of torch's modules, and the ONNX files that its exporters write of them.

A network is what a family and a number say, always the same: `network("picture", 17)`. Layers are modules, since most
tools count by hooks on modules; sums, products and `@` are operators, as they are written in most models.

What an exporter leaves of a module (`EXPORTS`):

- kept: the exporter by traces, with the training mode preserved and the model in evaluation mode. A batch norm stays an
  operator of its own, each activation but SiLU, softplus's kin and group norm is one operator.
- usual: the same with its usual settings, which fold a batch norm into the convolution before it.
- dynamo: the exporter by torch.export, with its optimizer, which folds batch norms too and names operators anew.
"""

import io
import random
import warnings

import torch
from torch import nn

# The family of each network and how it is exported, of 200; `selection` takes them evenly.
FAMILIES = {"picture": 96, "line": 16, "volume": 12, "dense": 32, "recurrent": 28, "attention": 4}
EXPORTED = [("usual", "picture", 6), ("dynamo", "picture", 4), ("dynamo", "dense", 2)]
OPSET = 20


# ---- Modules around others

class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


class Joined(nn.Module):
    """The results of several, one behind the other in the channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Gated(nn.Module):
    """Its input times what the gate makes of it."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def forward(self, x):
        return x * self.gate(x)


class Recurrent(nn.Module):
    """The sequence of a recurrent module, or only its last step."""

    def __init__(self, cell, last):
        super().__init__()
        self.cell, self.last = cell, last

    def forward(self, x):
        y = self.cell(x)[0]
        if not self.last:
            return y
        return y[:, -1] if self.cell.batch_first else y[-1]


class SelfAttention(nn.Module):
    """Attention of products and a softmax, by fused function or as torch's own module."""

    def __init__(self, width, heads, kind):
        super().__init__()
        self.heads, self.kind = heads, kind
        if kind == "module":
            self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        else:
            self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
            self.out, self.softmax = nn.Linear(width, width), nn.Softmax(-1)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x):
        if self.kind == "module":
            return self.attention(x, x, x)[0]
        query, key, value = (self.split(layer(x)) for layer in (self.query, self.key, self.value))
        if self.kind == "function":
            y = nn.functional.scaled_dot_product_attention(query, key, value)
        else:
            y = self.softmax(query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5) @ value
        return self.out(y.transpose(1, 2).reshape(x.shape))


# ---- Random layers

ACTIVATIONS = [nn.ReLU, nn.ReLU, nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid,
               nn.Tanh, nn.Hardswish, nn.Hardsigmoid, nn.Softplus, nn.Mish, nn.SELU, nn.Identity]


class Builder:
    """Adds layers to a network, each for the result of those before it, and leaves out those that do not fit."""

    def __init__(self, seed, inputs):
        self.random = random.Random(seed)
        self.inputs = inputs
        self.layers = []
        self.x = inputs[0]

    def fits(self, layer):
        """The result of a layer, or None where it cannot take what there is or leaves too little or too much."""
        try:
            with torch.no_grad():
                y = layer.eval()(self.x)
        except (RuntimeError, ValueError):
            return None
        return y if 0 < y.numel() <= 40000 and min(y.shape) > 0 else None

    def add(self, layer):
        y = self.fits(layer)
        if y is not None:
            self.layers.append(layer)
            self.x = y

    def network(self):
        return nn.Sequential(*self.layers)

    def chance(self, likelihood):
        return self.random.random() < likelihood

    def pick(self, *choices):
        return self.random.choice(choices)

    def activation(self):
        kind = self.pick(*ACTIVATIONS)
        if kind is nn.PReLU and self.x.dim() > 1 and self.chance(0.5):
            return nn.PReLU(self.x.shape[1])
        if kind is nn.GELU and self.chance(0.3):
            return nn.GELU(approximate="tanh")
        return kind()


class Pictures(Builder):
    """Convolutions in one, two or three dimensions."""

    def __init__(self, seed, dimensions):
        draw = random.Random(f"input {seed}")
        largest = {1: 40, 2: 18, 3: 8}[dimensions]
        sizes = [draw.randint(largest // 2, largest) for _ in range(dimensions)]
        super().__init__(seed, (torch.ones(1, draw.choice([1, 2, 3, 4, 6, 8]), *sizes),))
        self.dimensions = dimensions

    @property
    def channels(self):
        return self.x.shape[1]

    def of(self, name):
        """The module of this name for these dimensions."""
        return getattr(nn, f"{name}{self.dimensions}d")

    def kernel(self, *sizes):
        """One size, or one for each dimension."""
        if self.chance(0.25):
            return tuple(self.pick(*sizes) for _ in range(self.dimensions))
        return self.pick(*sizes)

    def norm(self, channels, often=0.7):
        if not self.chance(often):
            return nn.Identity()
        kind = self.pick("batch", "batch", "batch", "batch", "group", "instance")
        if kind == "group":
            groups = self.pick(*(each for each in (1, 2, 4, channels) if channels % each == 0))
            return nn.GroupNorm(groups, channels, affine=self.chance(0.8))
        if kind == "instance":
            return self.of("InstanceNorm")(channels, affine=self.chance(0.5))
        return self.of("BatchNorm")(channels, affine=self.chance(0.9))

    def convolution(self, after=0, keeps_size=False):
        before, after = self.channels, after or self.pick(4, 6, 8, 12, 16)
        groups = self.pick(1, 1, 1, *(each for each in (2, 3, 4) if before % each == 0 and after % each == 0))
        kernel = self.pick(1, 3, 5) if keeps_size else self.kernel(1, 2, 3, 3, 5)
        dilation = 1 if keeps_size or self.chance(0.8) else 2
        padding = kernel // 2 if keeps_size else self.pick(0, 1, 1, 2)
        return self.of("Conv")(before, after, kernel, 1 if keeps_size else self.pick(1, 1, 1, 2), padding, dilation,
                               groups, bias=self.chance(0.6))

    def convolved(self, after=0, keeps_size=False):
        """A convolution, and a norm and an activation behind it."""
        first = self.convolution(after, keeps_size)
        return nn.Sequential(first, self.norm(first.out_channels), self.activation_of(first.out_channels))

    def activation_of(self, channels):
        layer = self.activation()
        return nn.PReLU(channels) if isinstance(layer, nn.PReLU) and layer.num_parameters > 1 else layer

    def separable(self):
        before, after = self.channels, self.pick(4, 8, 12, 16)
        return nn.Sequential(
            self.of("Conv")(before, before, self.pick(3, 5), self.pick(1, 2), self.pick(1, 2), groups=before,
                            bias=self.chance(0.3)),
            self.norm(before), self.activation_of(before),
            self.of("Conv")(before, after, 1, bias=self.chance(0.5)), self.norm(after), self.activation_of(after))

    def transposed(self):
        before, after = self.channels, self.pick(4, 6, 8)
        stride = self.pick(1, 2, 2)
        groups = self.pick(1, 1, *(each for each in (2,) if before % each == 0))
        return self.of("ConvTranspose")(before, after, self.pick(2, 3, 4), stride, self.pick(0, 1),
                                        self.pick(0, stride - 1), groups, self.chance(0.6))

    def pool(self):
        kernel, stride = self.pick(2, 3), self.pick(1, 2, 2)
        padding = self.pick(0, 0, 1) if kernel > 1 else 0
        if self.chance(0.5):
            return self.of("MaxPool")(kernel, stride, padding)
        return self.of("AvgPool")(kernel, stride, padding, count_include_pad=self.chance(0.7))

    def adaptive_pool(self):
        """To sizes that divide those there are, which is all that the exporter can write."""
        sizes = [self.pick(*(part for part in (1, 2, 3, 4) if size % part == 0)) for size in self.x.shape[2:]]
        if self.chance(0.5):
            sizes = [1] * self.dimensions
        kind = "AdaptiveAvgPool" if self.chance(0.75) else "AdaptiveMaxPool"
        return self.of(kind)(tuple(sizes))

    def upsample(self):
        mode = self.pick("nearest", {1: "linear", 2: "bilinear", 3: "trilinear"}[self.dimensions])
        return nn.Upsample(scale_factor=2, mode=mode)

    def residual(self):
        body = [self.convolved(self.channels, keeps_size=True) for _ in range(self.pick(1, 2))]
        return Residual(nn.Sequential(*body))

    def joined(self):
        return Joined(*(self.convolved(self.pick(4, 6), keeps_size=True) for _ in range(self.pick(2, 3))))

    def gated(self):
        inner = self.pick(2, 4)
        return Gated(nn.Sequential(self.of("AdaptiveAvgPool")(1), self.of("Conv")(self.channels, inner, 1), nn.ReLU(),
                                   self.of("Conv")(inner, self.channels, 1), self.pick(nn.Sigmoid, nn.Hardsigmoid)()))

    def body(self):
        kinds = [self.convolved] * 5 + [self.separable] * 2 + [self.transposed, self.pool, self.pool, self.upsample,
                                                               self.residual, self.residual, self.joined, self.gated,
                                                               self.activation, self.dropout, self.normed]
        for _ in range(self.random.randint(2, 7)):
            self.add(self.pick(*kinds)())

    def dropout(self):
        return nn.Dropout(0.2)

    def normed(self):
        return self.norm(self.channels, often=1)

    def head(self):
        if self.chance(0.7):
            self.add(self.adaptive_pool())
        if self.chance(0.8):
            self.add(nn.Flatten(1))
            self.add(nn.Linear(self.x.shape[1], self.pick(3, 10), bias=self.chance(0.8)))
            if self.chance(0.4):
                self.add(nn.Softmax(-1))


class Vectors(Builder):
    """Dense layers on vectors or on sequences of them."""

    def __init__(self, seed):
        draw = random.Random(f"input {seed}")
        sizes = [draw.randint(8, 48)] if draw.random() < 0.6 else [draw.randint(3, 9), draw.randint(8, 40)]
        super().__init__(seed, (torch.ones(1, *sizes),))

    @property
    def width(self):
        return self.x.shape[-1]

    def dense(self, after=0):
        return nn.Linear(self.width, after or self.pick(5, 8, 16, 24, 32), bias=self.chance(0.8))

    def norm(self, width):
        if self.x.dim() == 2 and self.chance(0.4):
            return nn.BatchNorm1d(width)
        return nn.LayerNorm(width, elementwise_affine=self.chance(0.9))

    def residual(self):
        inner = self.pick(16, 32)
        return Residual(nn.Sequential(self.norm(self.width), nn.Linear(self.width, inner), self.plain_activation(),
                                      nn.Linear(inner, self.width)))

    def plain_activation(self):
        layer = self.activation()
        return nn.PReLU() if isinstance(layer, nn.PReLU) else layer

    def body(self, steps=(2, 7)):
        for _ in range(self.random.randint(*steps)):
            kind = self.pick("dense", "dense", "dense", "residual", "norm", "activation", "dropout")
            if kind == "dense":
                self.add(nn.Sequential(self.dense(), self.plain_activation()))
            elif kind == "residual":
                self.add(self.residual())
            else:
                self.add(self.norm(self.width) if kind == "norm" else
                         self.plain_activation() if kind == "activation" else nn.Dropout(0.1))

    def head(self):
        self.add(self.dense(self.pick(2, 10)))
        if self.chance(0.5):
            self.add(self.pick(nn.Softmax(-1), nn.Sigmoid()))


class Sequences(Vectors):
    """Recurrent layers, behind an embedding or not, and dense ones."""

    def __init__(self, seed):
        super().__init__(seed)
        draw = random.Random(f"input {seed}")
        steps, width = draw.randint(3, 9), draw.choice([4, 8, 10, 16])
        self.has_indices = draw.random() < 0.4
        self.x = torch.zeros(1, steps, dtype=torch.int64) if self.has_indices else torch.ones(1, steps, width)
        self.inputs = (self.x,)

    def body(self, steps=(0, 2)):
        if self.has_indices:
            self.add(nn.Embedding(self.pick(20, 50), self.pick(8, 12)))
        for _ in range(self.pick(1, 1, 2)):
            kind = self.pick(nn.LSTM, nn.LSTM, nn.GRU, nn.GRU, nn.RNN)
            cell = kind(self.width, self.pick(6, 8, 12, 20), num_layers=self.pick(1, 1, 2, 3), bias=self.chance(0.85),
                        batch_first=True, bidirectional=self.chance(0.4))
            self.add(Recurrent(cell, last=False))
        if self.chance(0.6):
            self.layers[-1].last = True
            self.x = self.x[:, -1]
        super().body(steps)


class Tokens(Vectors):
    """Blocks of attention and dense layers, as a transformer has them."""

    def __init__(self, seed):
        super().__init__(seed)
        draw = random.Random(f"input {seed}")
        self.x = torch.ones(1, draw.randint(4, 10), draw.choice([16, 24, 32]))
        self.inputs = (self.x,)

    def body(self, steps=(1, 2)):
        for _ in range(self.random.randint(*steps)):
            kind = self.pick("products", "function", "module")
            self.add(Residual(nn.Sequential(nn.LayerNorm(self.width),
                                            SelfAttention(self.width, self.pick(2, 4), kind))))
            self.add(self.residual())


def builder(family, number):
    seed = f"{family} {number}"
    if family in ("line", "picture", "volume"):
        return Pictures(seed, {"line": 1, "picture": 2, "volume": 3}[family])
    return {"dense": Vectors, "recurrent": Sequences, "attention": Tokens}[family](seed)


def network(family, number):
    """The module, in evaluation mode, and its inputs; its weights differ from each other, since torch's exporter writes
    equal ones once."""
    torch.manual_seed(number)
    torch.backends.mha.set_fastpath_enabled(False)  # otherwise attention is one operator, which no tool has heard of
    made = builder(family, number)
    made.body()
    made.head()
    if not any(True for layer in made.layers for _ in layer.parameters()):  # two tools fail on a model without
        made.add(made.dense() if isinstance(made, Vectors) else made.convolution(4, keeps_size=True))
    model = made.network().eval()
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5)
    return model, made.inputs


# ---- The set, and its files

def selection(count):
    """(name, export, family, number) of so many networks, of all families in the parts that FAMILIES says."""
    every = [("kept", family, number) for family, often in FAMILIES.items() for number in range(often)]
    first = {"usual": 10000, "dynamo": 20000}  # numbers of their own, so that no network is there twice
    every += [(export, family, first[export] + i) for export, family, often in EXPORTED for i in range(often)]
    if count < len(every):
        every = [every[i * len(every) // count] for i in range(count)]
    return [(f"{export}_{family}_{number}", export, family, number) for export, family, number in every]


def export(how, family, number, path):
    """Writes the ONNX file of a network."""
    model, inputs = network(family, number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if how == "dynamo":
            torch.onnx.export(model, inputs, path, dynamo=True, external_data=False, verbose=False)
            return
        preserved = torch.onnx.TrainingMode.PRESERVE if how == "kept" else torch.onnx.TrainingMode.EVAL
        out = io.BytesIO()
        torch.onnx.export(model, inputs, out, dynamo=False, opset_version=OPSET, training=preserved)
        path.write_bytes(out.getvalue())
