"""Small networks of one layer each, by which counting tools can be told apart, and what was published of them.

CASES maps a name to the module and the shapes of its inputs; a shape that starts with "i" is of indices. PUBLISHED holds
what the tools were seen to say of them before, with torch 1.13.1 and the tools of 2026-08.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A module, as an expression of `nn` and of the modules below, and the shapes of its inputs."""
    expression: str
    inputs: str = "1x8x16x16"
    file: str = ""  # of the case whose file it shares, since the format cannot tell them apart


CASES = {
    "conv": Case("nn.Conv2d(8, 12, 3, padding=1)"),
    "conv_without_bias": Case("nn.Conv2d(8, 12, 3, padding=1, bias=False)"),
    "depthwise": Case("nn.Conv2d(8, 8, 3, padding=1, groups=8)"),
    "conv_transpose": Case("nn.ConvTranspose2d(8, 12, 2, stride=2)"),
    "linear": Case("nn.Linear(32, 10)", "1x32"),
    "linear_3d": Case("nn.Linear(32, 10)", "1x5x32"),
    "batch_norm": Case("nn.BatchNorm2d(8)"),
    "layer_norm": Case("nn.LayerNorm(32)", "1x5x32"),
    "group_norm": Case("nn.GroupNorm(4, 8)"),
    "instance_norm": Case("nn.InstanceNorm2d(8)"),
    "relu": Case("nn.ReLU()"),
    "gelu": Case("nn.GELU()"),
    "silu": Case("nn.SiLU()"),
    "sigmoid": Case("nn.Sigmoid()"),
    "tanh": Case("nn.Tanh()"),
    "leaky_relu": Case("nn.LeakyReLU()"),
    "hard_swish": Case("nn.Hardswish()"),
    "relu6": Case("nn.ReLU6()"),
    "elu": Case("nn.ELU()"),
    "prelu": Case("nn.PReLU()"),
    "softmax": Case("nn.Softmax(-1)"),
    "max_pool": Case("nn.MaxPool2d(2)"),
    "avg_pool": Case("nn.AvgPool2d(2)"),
    "adaptive_avg_pool": Case("nn.AdaptiveAvgPool2d(1)"),
    "upsample_nearest": Case("nn.Upsample(scale_factor=2, mode='nearest')"),
    "upsample_bilinear": Case("nn.Upsample(scale_factor=2, mode='bilinear')"),
    "add_operator": Case("Of(lambda x: x + x)", file="add"),
    "add_function": Case("Of(lambda x: torch.add(x, x))", file="add"),
    "mul_operator": Case("Of(lambda x: x * x)"),
    "matmul_operator": Case("Of2(lambda a, b: a @ b)", "1x2x5x32 1x2x32x7", file="matmul"),
    "matmul_function": Case("Of2(lambda a, b: torch.matmul(a, b))", "1x2x5x32 1x2x32x7", file="matmul"),
    "bmm": Case("Of2(lambda a, b: torch.bmm(a, b))", "2x5x32 2x32x7"),
    "sdpa": Case("Of3(lambda a, b, c: F.scaled_dot_product_attention(a, b, c))", "1x4x10x8 1x4x10x8 1x4x10x8"),
    "exp": Case("Of(torch.exp)"),
    "erf": Case("Of(torch.erf)"),
    "sqrt": Case("Of(torch.sqrt)"),
    "pow": Case("Of(lambda x: x ** 3)"),
    "div": Case("Of2(lambda a, b: a / b)", "1x8x16x16 1x8x16x16"),
    "clip": Case("Of(lambda x: torch.clamp(x, 0.0, 6.0))"),
    "reduce_mean": Case("Of(lambda x: x.mean((2, 3)))"),
    "lstm": Case("nn.LSTM(10, 20)", "5x1x10"),
    "gru": Case("nn.GRU(10, 20)", "5x1x10"),
    "embedding": Case("nn.Embedding(100, 16)", "i1x5"),
    "mha": Case("SelfAttention(32, 4)", "1x5x32"),
    "conv1d": Case("nn.Conv1d(8, 12, 3, 2, 1)", "1x8x16"),
    "conv3d": Case("nn.Conv3d(4, 6, 3, padding=1)", "1x4x6x6x6"),
    "conv_grouped": Case("nn.Conv2d(8, 12, 3, groups=4)"),
    "conv_dilated": Case("nn.Conv2d(8, 12, 3, dilation=2)"),
    "conv_transpose_grouped": Case("nn.ConvTranspose2d(8, 12, 4, 2, 1, groups=4)"),
    "conv_transpose_padded": Case("nn.ConvTranspose2d(8, 12, 3, 2, 1, 1)"),
    "conv_transpose_without_bias": Case("nn.ConvTranspose2d(8, 12, 4, 2, 1, bias=False)"),
    "conv_transpose1d": Case("nn.ConvTranspose1d(8, 12, 3, 2)", "1x8x16"),
    "conv_transpose3d": Case("nn.ConvTranspose3d(4, 6, 2, 2)", "1x4x6x6x6"),
    "linear_without_bias": Case("nn.Linear(32, 10, bias=False)", "1x32"),
    "linear_3d_without_bias": Case("nn.Linear(32, 10, bias=False)", "1x5x32"),
    "batch_norm_plain": Case("nn.BatchNorm2d(8, affine=False)"),
    "batch_norm1d": Case("nn.BatchNorm1d(32)", "1x32"),
    "batch_norm3d": Case("nn.BatchNorm3d(4)", "1x4x6x6x6"),
    "layer_norm_plain": Case("nn.LayerNorm(32, elementwise_affine=False)", "1x5x32"),
    "layer_norm_without_bias": Case("nn.LayerNorm(32, bias=False)", "1x5x32"),
    "layer_norm_2_axes": Case("nn.LayerNorm((16, 16))"),
    "group_norm_plain": Case("nn.GroupNorm(4, 8, affine=False)"),
    "group_norm_per_channel": Case("nn.GroupNorm(8, 8)"),
    "instance_norm_affine": Case("nn.InstanceNorm2d(8, affine=True)"),
    "instance_norm1d": Case("nn.InstanceNorm1d(8)", "1x8x16"),
    "instance_norm3d": Case("nn.InstanceNorm3d(4)", "1x4x6x6x6"),
    "hard_sigmoid": Case("nn.Hardsigmoid()"),
    "softplus": Case("nn.Softplus()"),
    "softsign": Case("nn.Softsign()"),
    "mish": Case("nn.Mish()"),
    "selu": Case("nn.SELU()"),
    "celu": Case("nn.CELU()"),
    "gelu_tanh": Case("nn.GELU(approximate='tanh')"),
    "prelu_per_channel": Case("nn.PReLU(8)"),
    "log_softmax": Case("nn.LogSoftmax(-1)"),
    "softmax_of_channels": Case("nn.Softmax(1)"),
    "glu": Case("nn.GLU(1)"),
    "dropout": Case("nn.Dropout()"),
    "max_pool_padded": Case("nn.MaxPool2d(3, 2, 1)"),
    "max_pool1d": Case("nn.MaxPool1d(2)", "1x8x16"),
    "max_pool3d": Case("nn.MaxPool3d(2)", "1x4x6x6x6"),
    "avg_pool_padded": Case("nn.AvgPool2d(3, 2, 1)"),
    "avg_pool_without_padding": Case("nn.AvgPool2d(3, 2, 1, count_include_pad=False)"),
    "avg_pool1d": Case("nn.AvgPool1d(2)", "1x8x16"),
    "avg_pool3d": Case("nn.AvgPool3d(2)", "1x4x6x6x6"),
    "adaptive_avg_pool1d": Case("nn.AdaptiveAvgPool1d(1)", "1x8x16"),
    "adaptive_avg_pool3d": Case("nn.AdaptiveAvgPool3d(1)", "1x4x6x6x6"),
    "adaptive_avg_pool_parts": Case("nn.AdaptiveAvgPool2d((4, 2))"),
    "adaptive_avg_pool1d_parts": Case("nn.AdaptiveAvgPool1d(4)", "1x8x16"),
    "adaptive_max_pool": Case("nn.AdaptiveMaxPool2d(1)"),
    "adaptive_max_pool_parts": Case("nn.AdaptiveMaxPool2d((4, 2))"),
    "upsample_nearest1d": Case("nn.Upsample(scale_factor=2, mode='nearest')", "1x8x16"),
    "upsample_nearest3d": Case("nn.Upsample(scale_factor=2, mode='nearest')", "1x4x6x6x6"),
    "upsample_linear": Case("nn.Upsample(scale_factor=2, mode='linear')", "1x8x16"),
    "upsample_trilinear": Case("nn.Upsample(scale_factor=2, mode='trilinear')", "1x4x6x6x6"),
    "upsample_bicubic": Case("nn.Upsample(scale_factor=2, mode='bicubic')"),
    "upsample_size": Case("nn.Upsample(size=(24, 20), mode='nearest')"),
    "concat": Case("Of(lambda x: torch.cat([x, x], 1))"),
    "sub": Case("Of2(lambda a, b: a - b)", "1x8x16x16 1x8x16x16"),
    "broadcast": Case("Of2(lambda a, b: a * b)", "1x8x16x16 1x8x1x1"),
    "reduce_sum": Case("Of(lambda x: x.sum(-1))"),
    "reduce_max": Case("Of(lambda x: x.amax(-1))"),
    "lstm_without_bias": Case("nn.LSTM(10, 20, bias=False)", "5x1x10"),
    "lstm_two_ways": Case("nn.LSTM(10, 20, bidirectional=True)", "5x1x10"),
    "lstm_stacked": Case("nn.LSTM(10, 20, num_layers=3)", "5x1x10"),
    "lstm_batch_first": Case("nn.LSTM(10, 20, batch_first=True, bidirectional=True, num_layers=2)", "1x5x10"),
    "gru_without_bias": Case("nn.GRU(10, 20, bias=False)", "5x1x10"),
    "gru_two_ways": Case("nn.GRU(10, 20, bidirectional=True)", "5x1x10"),
    "gru_stacked": Case("nn.GRU(10, 20, num_layers=2, batch_first=True)", "1x5x10"),
    "rnn": Case("nn.RNN(10, 20)", "5x1x10"),
    "rnn_two_ways": Case("nn.RNN(10, 20, num_layers=2, bidirectional=True, nonlinearity='relu')", "5x1x10"),
    "mha_without_fast_path": Case("SlowSelfAttention(32, 4)", "1x5x32", file="mha"),
    "mha_function": Case("FusedSelfAttention(32, 4)", "1x5x32"),
    "mha_operator": Case("PlainSelfAttention(32, 4)", "1x5x32"),
    "resnet50": Case("ResNet50()", "1x3x224x224"),
}

# Rows of conventions that print one number: M is MACs. Two numbers: FLOPs / MACs.
ONE, TWO = ("fvcore", "ptflops", "ptflops-aten", "thop-0.1", "ulthop-2.1"), ("calflops", "deepspeed")
PUBLISHED = {
    # case: fvcore, ptflops, ptflops-aten, thop-0.1, ulthop-2.1, calflops F, M, deepspeed F, M, torchinfo
    "conv": (221184, 224256, 224256, 221184, 221184, 445440, 221184, 445440, 221184, 224256),
    "conv_without_bias": (221184, 221184, 221184, 221184, 221184, 442368, 221184, 442368, 221184, 221184),
    "depthwise": (18432, 20480, 20480, 18432, 18432, 38912, 18432, 38912, 18432, 20480),
    "conv_transpose": (98304, 110592, 110592, 393216, 98304, 197376, 98304, 197376, 98304, 405504),
    "linear": (320, 330, 330, 320, 320, 640, 320, 640, 320, 330),
    "linear_3d": (1600, 1650, 1650, 1600, 1600, 3200, 1600, 3200, 1600, 1650),
    "batch_norm": (4096, 4096, 0, 8192, 8192, 4096, 0, 4096, 0, 16),
    "layer_norm": (800, 160, 0, 640, 640, 800, 0, 800, 0, 64),
    "relu": (0, 4096, 0, 0, 0, 2048, 0, 2048, 0, 0),
    "gelu": (0, 4096, 0, 0, 0, 2048, 0, 2048, 0, 0),
    "silu": (0, 2048, 0, 0, 0, 2048, 0, 2048, 0, 0),
    "sigmoid": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "softmax": (0, 2048, 0, 6016, 6016, 2048, 0, 2048, 0, 0),
    "max_pool": (0, 4096, 0, 0, 0, 2048, 0, 2048, 0, 0),
    "avg_pool": (0, 4096, 0, 512, 2560, 2048, 0, 2048, 0, 0),
    "adaptive_avg_pool": (2048, 4096, 0, 2056, 2056, 2048, 0, 2048, 0, 0),
    "upsample_nearest": (8192, 16384, 0, 8192, 0, 2048, 0, 4096, 0, 0),
    "upsample_bilinear": (32768, 16384, 0, 90112, 90112, 2048, 0, 4096, 0, 0),
    "add_operator": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "add_function": (0, 2048, 0, 0, 0, 2048, 0, 2048, 0, 0),
    "mul_operator": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "matmul_operator": (2240, 0, 2240, 0, 0, 0, 0, 4480, 2240, 0),
    "matmul_function": (2240, 2240, 2240, 0, 0, 4480, 2240, 4480, 2240, 0),
    "bmm": (2240, 2240, 2240, 0, 0, 0, 0, 4480, 2240, 0),
    "lstm": (0, 13800, 12800, 13600, 13600, 25000, 0, 25000, 0, 12800),
    "gru": (0, 10300, 9600, 10300, 10300, 18700, 0, 18700, 0, 9600),
    "embedding": (0, 0, 0, 0, 0, 0, 0, 0, 0, 1600),
    "mha": (22080, 22980, 0, 0, 0, 0, 0, 0, 0, 0),
    "resnet50": (4111512576, 4132436968, 4089185256, 4133742592, 4133742592, 8211108352, 4089184256, 8211108352,
                 4089184256, 4089238376),
}
COLUMNS = [(tool, "macs") for tool in ONE] + [(tool, each) for tool in TWO for each in ("flops", "macs")] + [
    ("torchinfo", "macs")]

# What onnx-tool was seen to say of a file of one operator.
PUBLISHED_ONNX_TOOL = {
    "conv": 224256, "conv_transpose": 602112, "linear": 330, "matmul_operator": 2240, "batch_norm": 63488, "relu": 2048,
    "sigmoid": 65536, "tanh": 155648, "softmax": 73728, "exp": 65536, "erf": 0, "hard_swish": 10240,
    "add_operator": 2048, "max_pool": 2048, "adaptive_avg_pool": 2080, "instance_norm": 14336, "clip": 4096,
    "leaky_relu": 4096, "reduce_mean": 2048, "div": 8192, "sqrt": 49152, "pow": 65536, "upsample_bilinear": 32768,
    "lstm": 30800, "depthwise": 20480, "resnet50": 4450761704,
}
PUBLISHED_TORCH = {"resnet50": 8178368512}


def published():
    """{(case, tool, quantity): value}, of the tables above."""
    rows = {(case, *column): value for case, values in PUBLISHED.items() for column, value in zip(COLUMNS, values)}
    rows |= {(case, "onnx-tool", "macs"): value for case, value in PUBLISHED_ONNX_TOOL.items()}
    return rows | {(case, "torch", "flops"): value for case, value in PUBLISHED_TORCH.items()}


def network(name):
    """The module of a case, in evaluation mode, and its inputs."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Of(nn.Module):
        """A function of one tensor."""

        def __init__(self, function):
            super().__init__()
            self.function = function

        def forward(self, x):
            return self.function(x)

    class Of2(Of):
        def forward(self, a, b):
            return self.function(a, b)

    class Of3(Of):
        def forward(self, a, b, c):
            return self.function(a, b, c)

    class SelfAttention(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

        def forward(self, x):
            return self.attention(x, x, x)[0]

    class SlowSelfAttention(SelfAttention):
        """What a model in training does: attention is made of its products."""

        def forward(self, x):
            torch.backends.mha.set_fastpath_enabled(False)
            return super().forward(x)

    class FusedSelfAttention(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

        def attend(self, query, key, value):
            return F.scaled_dot_product_attention(query, key, value)

        def forward(self, x):
            query, key, value = (layer(x).reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)
                                 for layer in (self.query, self.key, self.value))
            return self.out(self.attend(query, key, value).transpose(1, 2).reshape(x.shape))

    class PlainSelfAttention(FusedSelfAttention):
        def attend(self, query, key, value):
            return F.softmax(query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5, -1) @ value

    class Bottleneck(nn.Module):
        """1x1, 3x3 (which has the stride: version 1.5) and 1x1 convolution around a sum with the input."""

        def __init__(self, before, width, stride):
            super().__init__()
            after = 4 * width
            self.conv1, self.bn1 = nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.conv3, self.bn3 = nn.Conv2d(width, after, 1, bias=False), nn.BatchNorm2d(after)
            self.relu = nn.ReLU()
            self.shortcut = nn.Sequential()
            if before != after or stride != 1:
                self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

        def forward(self, x):
            y = self.relu(self.bn1(self.conv1(x)))
            y = self.relu(self.bn2(self.conv2(y)))
            y = self.bn3(self.conv3(y))
            y += self.shortcut(x)
            return self.relu(y)

    class ResNet50(nn.Sequential):
        def __init__(self):
            blocks, before = [], 64
            for width, count in ((64, 3), (128, 4), (256, 6), (512, 3)):
                for i in range(count):
                    blocks.append(Bottleneck(before, width, 2 if i == 0 and width > 64 else 1))
                    before = 4 * width
            super().__init__(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
                             nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(1),
                             nn.Linear(2048, 1000))

    case = CASES[name]
    names = {"torch": torch, "nn": nn, "F": F, "Of": Of, "Of2": Of2, "Of3": Of3, "SelfAttention": SelfAttention,
             "SlowSelfAttention": SlowSelfAttention, "FusedSelfAttention": FusedSelfAttention,
             "PlainSelfAttention": PlainSelfAttention, "ResNet50": ResNet50}
    torch.manual_seed(0)
    model = eval(case.expression, names)
    return model.eval(), tuple(tensor_of(shape) for shape in case.inputs.split())


def make_all_different(model):
    """No two weights equal: torch's exporter writes equal ones once."""
    import torch
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5)


def tensor_of(shape):
    import torch
    sizes = [int(size) for size in shape.removeprefix("i").split("x")]
    return torch.zeros(sizes, dtype=torch.int64) if shape.startswith("i") else torch.ones(sizes)


def network_with_parameter(name):
    """The same inside a module that owns a parameter: two tools fail on a model without."""
    import torch
    from torch import nn
    model, inputs = network(name)
    if next(model.parameters(), None) is None:
        model.register_parameter("unused", nn.Parameter(torch.zeros(1)))
    return model, inputs
