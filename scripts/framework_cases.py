"""The models that are made with Keras to compare their counts: one layer each, small graphs, and whole applications.

LAYERS is a table: the shapes of the inputs x, y, z without the batch ("16x16x8", "12:int32", "10x32, 7x24"), and an
expression in the layers of Keras that makes the output of them. GRAPHS are functions that make a model.
"""

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    inputs: str
    expression: str
    generations: tuple = (3, 2)  # of Keras that can write it


def both(inputs, expression):
    return Case(inputs, expression)


def keras3(inputs, expression):
    return Case(inputs, expression, (3,))


PICTURE, LINE, VOLUME, SERIES = "16x16x8", "20x8", "8x10x12x4", "10x8"

LAYERS = {
    # Dense, embeddings, core
    "dense": both("32", "Dense(10)(x)"),
    "dense_relu": both("32", "Dense(10, activation='relu')(x)"),
    "dense_without_bias": both("32", "Dense(10, use_bias=False)(x)"),
    "dense_of_sequence": both("5x32", "Dense(10)(x)"),
    "dense_of_picture": both("4x5x32", "Dense(10, activation='softmax')(x)"),
    "dense_frozen": both("32", "Dense(10, trainable=False)(x)"),
    "dense_mixed_float16": both("32", "Dense(10, dtype='mixed_float16')(x)"),
    "dense_mixed_bfloat16": both("32", "Dense(10, dtype='mixed_bfloat16')(x)"),
    "dense_float16": both("32:float16", "Dense(10, dtype='float16')(x)"),
    "dense_lora": keras3("32", "Dense(10, lora_rank=4)(x)"),
    "einsum_dense": both("10x32", "EinsumDense('abc,cde->abde', output_shape=(None, 4, 8), bias_axes='de')(x)"),
    # Keras 3.15 names the axes of an ellipsis in reverse order, so they are equal here.
    "einsum_dense_ellipsis": both("6x6x32", "EinsumDense('...x,xy->...y', output_shape=64, bias_axes='y')(x)"),
    "einsum_dense_without_bias": both("10x32", "EinsumDense('abc,cd->abd', output_shape=(None, 16))(x)"),
    "embedding": both("12:int32", "Embedding(100, 16)(x)"),
    "embedding_masked": both("12:int32", "LSTM(8)(Embedding(100, 16, mask_zero=True)(x))"),
    "reversible_embedding": keras3("12:int32", "ReversibleEmbedding(100, 16)(x)"),
    "masking": both(SERIES, "Masking()(x)"),
    "masking_lstm": both(SERIES, "LSTM(16)(Masking()(x))"),
    "identity": both("5x32", "Identity()(x)"),
    "lambda": both("32", "Lambda(doubled, output_shape=(32,))(x)"),

    # Convolutions
    "conv1d": both(LINE, "Conv1D(16, 3)(x)"),
    "conv1d_same_strided": both(LINE, "Conv1D(16, 4, strides=3, padding='same')(x)"),
    "conv1d_causal_dilated": both(LINE, "Conv1D(16, 3, padding='causal', dilation_rate=4)(x)"),
    "conv1d_groups": both(LINE, "Conv1D(16, 3, groups=2)(x)"),
    "conv2d": both(PICTURE, "Conv2D(12, 3)(x)"),
    "conv2d_same": both(PICTURE, "Conv2D(12, 3, padding='same', activation='relu')(x)"),
    "conv2d_strided": both("17x19x8", "Conv2D(12, (3, 5), strides=(2, 3))(x)"),
    "conv2d_same_strided": both("17x19x8", "Conv2D(12, (3, 5), strides=(2, 3), padding='same')(x)"),
    "conv2d_dilated": both(PICTURE, "Conv2D(12, 3, padding='same', dilation_rate=2)(x)"),
    "conv2d_dilated_valid": both(PICTURE, "Conv2D(12, 3, dilation_rate=(2, 3))(x)"),
    "conv2d_groups": both(PICTURE, "Conv2D(12, 3, padding='same', groups=4)(x)"),
    "conv2d_without_bias": both(PICTURE, "Conv2D(12, 1, use_bias=False)(x)"),
    "conv2d_channels_first": both("8x16x16", "Conv2D(12, 3, padding='same', data_format='channels_first')(x)"),
    "conv2d_channels_first_strided": both("8x17x19", "Conv2D(12, 3, strides=2, data_format='channels_first')(x)"),
    "conv2d_lora": keras3(PICTURE, "Conv2D(12, 3, lora_rank=2)(x)"),
    "conv2d_mixed_float16": both(PICTURE, "Conv2D(12, 3, dtype='mixed_float16')(x)"),
    "conv3d": both(VOLUME, "Conv3D(6, 3)(x)"),
    "conv3d_same_strided": both(VOLUME, "Conv3D(6, (3, 2, 3), strides=2, padding='same')(x)"),
    "conv1d_transpose": both(LINE, "Conv1DTranspose(12, 4, strides=2)(x)"),
    "conv1d_transpose_same": both(LINE, "Conv1DTranspose(12, 4, strides=2, padding='same')(x)"),
    "conv2d_transpose": both("8x8x8", "Conv2DTranspose(12, 3)(x)"),
    "conv2d_transpose_strided": both("8x8x8", "Conv2DTranspose(12, 3, strides=2)(x)"),
    "conv2d_transpose_same": both("8x8x8", "Conv2DTranspose(12, 3, strides=2, padding='same')(x)"),
    "conv2d_transpose_output_padding":
        both("8x8x8", "Conv2DTranspose(12, 3, strides=2, padding='same', output_padding=1)(x)"),
    "conv3d_transpose": both("4x5x6x4", "Conv3DTranspose(6, 3, strides=2)(x)"),
    "depthwise_conv1d": both(LINE, "DepthwiseConv1D(3, padding='same')(x)"),
    "depthwise_conv1d_multiplier": both(LINE, "DepthwiseConv1D(3, strides=2, depth_multiplier=2)(x)"),
    "depthwise_conv2d": both(PICTURE, "DepthwiseConv2D(3, padding='same')(x)"),
    "depthwise_conv2d_multiplier":
        both(PICTURE, "DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding='same')(x)"),
    "depthwise_conv2d_dilated": both(PICTURE, "DepthwiseConv2D(3, dilation_rate=2)(x)"),
    "separable_conv1d": both(LINE, "SeparableConv1D(16, 5, padding='same')(x)"),
    "separable_conv2d": both(PICTURE, "SeparableConv2D(12, 3, padding='same')(x)"),
    "separable_conv2d_multiplier": both(PICTURE, "SeparableConv2D(12, 3, strides=2, depth_multiplier=2)(x)"),
    "spectral_conv2d": keras3(PICTURE, "SpectralNormalization(Conv2D(12, 3))(x)"),

    # Pooling
    "max_pooling1d": both(LINE, "MaxPooling1D(2)(x)"),
    "max_pooling2d": both(PICTURE, "MaxPooling2D(2)(x)"),
    "max_pooling2d_same": both("17x17x8", "MaxPooling2D(3, strides=2, padding='same')(x)"),
    "max_pooling3d": both(VOLUME, "MaxPooling3D(2)(x)"),
    "average_pooling1d": both(LINE, "AveragePooling1D(3, strides=2, padding='same')(x)"),
    "average_pooling2d": both(PICTURE, "AveragePooling2D((2, 3))(x)"),
    "average_pooling3d": both(VOLUME, "AveragePooling3D(2)(x)"),
    "global_average_pooling1d": both(LINE, "GlobalAveragePooling1D()(x)"),
    "global_average_pooling2d": both(PICTURE, "GlobalAveragePooling2D()(x)"),
    "global_average_pooling2d_kept": both(PICTURE, "GlobalAveragePooling2D(keepdims=True)(x)"),
    "global_average_pooling3d": both(VOLUME, "GlobalAveragePooling3D()(x)"),
    "global_max_pooling1d": both(LINE, "GlobalMaxPooling1D()(x)"),
    "global_max_pooling2d": both(PICTURE, "GlobalMaxPooling2D()(x)"),
    "global_max_pooling2d_channels_first": both("8x16x16", "GlobalMaxPooling2D(data_format='channels_first')(x)"),
    "global_max_pooling3d": both(VOLUME, "GlobalMaxPooling3D()(x)"),
    "adaptive_average_pooling2d": keras3(PICTURE, "AdaptiveAveragePooling2D((4, 5))(x)"),
    "adaptive_max_pooling1d": keras3(LINE, "AdaptiveMaxPooling1D(6)(x)"),

    # Shapes
    "flatten": both("4x5x6", "Flatten()(x)"),
    "reshape": both("4x5x6", "Reshape((10, 12))(x)"),
    "reshape_rest": both("4x5x6", "Reshape((-1, 6))(x)"),
    "permute": both("4x5x6", "Permute((3, 1, 2))(x)"),
    "repeat_vector": both("32", "RepeatVector(5)(x)"),
    "cropping1d": both(LINE, "Cropping1D((2, 3))(x)"),
    "cropping2d": both(PICTURE, "Cropping2D(((1, 2), (3, 4)))(x)"),
    "cropping3d": both(VOLUME, "Cropping3D(2)(x)"),
    "zero_padding1d": both(LINE, "ZeroPadding1D(2)(x)"),
    "zero_padding2d": both(PICTURE, "ZeroPadding2D(((1, 2), (3, 4)))(x)"),
    "zero_padding3d": both(VOLUME, "ZeroPadding3D((1, 2, 3))(x)"),
    "up_sampling1d": both(LINE, "UpSampling1D(3)(x)"),
    "up_sampling2d": both("8x8x4", "UpSampling2D((2, 3))(x)"),
    "up_sampling2d_bilinear": both("8x8x4", "UpSampling2D(2, interpolation='bilinear')(x)"),
    "up_sampling3d": both("4x5x6x4", "UpSampling3D(2)(x)"),

    # Normalization
    "batch_normalization": both(PICTURE, "BatchNormalization()(x)"),
    "batch_normalization_of_vector": both("32", "BatchNormalization(scale=False)(x)"),
    "batch_normalization_axis1": both("8x16x16", "BatchNormalization(axis=1)(x)"),
    "layer_normalization": both("5x32", "LayerNormalization()(x)"),
    "layer_normalization_axes": both("4x5x6", "LayerNormalization(axis=[2, 3], center=False)(x)"),
    "group_normalization": both("8x8x16", "GroupNormalization(groups=4)(x)"),
    "rms_normalization": keras3("5x32", "RMSNormalization()(x)"),
    "unit_normalization": both("5x32", "UnitNormalization()(x)"),
    "spectral_normalization": keras3("32", "SpectralNormalization(Dense(10))(x)"),

    # Activations
    "activation_relu": both("5x32", "Activation('relu')(x)"),
    "activation_sigmoid": both("5x32", "Activation('sigmoid')(x)"),
    "activation_tanh": both("5x32", "Activation('tanh')(x)"),
    "activation_gelu": both("5x32", "Activation('gelu')(x)"),
    "activation_silu": both("5x32", "Activation('silu')(x)"),
    "activation_softplus": both("5x32", "Activation('softplus')(x)"),
    "activation_softsign": both("5x32", "Activation('softsign')(x)"),
    "activation_hard_sigmoid": both("5x32", "Activation('hard_sigmoid')(x)"),
    "activation_elu": both("5x32", "Activation('elu')(x)"),
    "activation_selu": both("5x32", "Activation('selu')(x)"),
    "activation_exponential": both("5x32", "Activation('exponential')(x)"),
    "activation_mish": both("5x32", "Activation('mish')(x)"),
    "activation_softmax": both("5x32", "Activation('softmax')(x)"),
    "activation_linear": both("5x32", "Activation('linear')(x)"),
    "activation_relu6": keras3("5x32", "Activation('relu6')(x)"),
    "activation_hard_silu": keras3("5x32", "Activation('hard_silu')(x)"),
    "activation_log_softmax": keras3("5x32", "Activation('log_softmax')(x)"),
    "activation_celu": keras3("5x32", "Activation('celu')(x)"),
    "relu": both("5x32", "ReLU(max_value=6)(x)"),
    "relu_negative_slope": both("5x32", "ReLU(negative_slope=0.1, threshold=0.5)(x)"),
    "leaky_relu": both("5x32", "LeakyReLU()(x)"),
    "prelu": both("5x32", "PReLU()(x)"),
    "prelu_shared": both(PICTURE, "PReLU(shared_axes=[1, 2])(x)"),
    "elu": both("5x32", "ELU(0.5)(x)"),
    "softmax": both("5x32", "Softmax(axis=1)(x)"),

    # Layers of training: nothing at inference
    "dropout": both("5x32", "Dropout(0.5)(x)"),
    "spatial_dropout2d": both(PICTURE, "SpatialDropout2D(0.5)(x)"),
    "gaussian_noise": both("5x32", "GaussianNoise(0.1)(x)"),
    "gaussian_dropout": both("5x32", "GaussianDropout(0.1)(x)"),
    "alpha_dropout": both("5x32", "AlphaDropout(0.1)(x)"),
    "activity_regularization": both("5x32", "ActivityRegularization(l2=0.1)(x)"),

    # Merging
    "add": both("5x32, 5x32", "Add()([x, y])"),
    "add_broadcast": both("5x32, 1x32", "Add()([x, y])"),
    "add_three": both("32, 32, 32", "Add()([x, y, z])"),
    "subtract": both("5x32, 5x32", "Subtract()([x, y])"),
    "multiply": both("5x32, 5x32", "Multiply()([x, y])"),
    "average": both("32, 32, 32", "Average()([x, y, z])"),
    "maximum": both("5x32, 5x32", "Maximum()([x, y])"),
    "minimum": both("5x32, 5x32", "Minimum()([x, y])"),
    "concatenate": both("5x32, 5x16", "Concatenate()([x, y])"),
    "concatenate_axis1": both("5x32, 4x32", "Concatenate(axis=1)([x, y])"),
    "dot": both("10x32, 7x32", "Dot(axes=2)([x, y])"),
    "dot_axes": both("32x10, 7x32", "Dot(axes=(1, 2))([x, y])"),
    "dot_normalized": both("32, 32", "Dot(axes=1, normalize=True)([x, y])"),

    # Recurrent
    "simple_rnn": both(SERIES, "SimpleRNN(16)(x)"),
    "lstm": both(SERIES, "LSTM(16)(x)"),
    "lstm_sequences": both(SERIES, "LSTM(16, return_sequences=True)(x)"),
    "lstm_state": both(SERIES, "LSTM(16, return_state=True)(x)"),
    "lstm_unrolled": both(SERIES, "LSTM(16, unroll=True)(x)"),
    "lstm_backwards": both(SERIES, "LSTM(16, go_backwards=True)(x)"),
    "lstm_without_bias": both(SERIES, "LSTM(16, use_bias=False)(x)"),
    "lstm_initial_state": both("10x8, 16, 16", "LSTM(16)(x, initial_state=[y, z])"),
    "lstm_stacked": both(SERIES, "LSTM(12)(LSTM(16, return_sequences=True)(x))"),
    "gru": both(SERIES, "GRU(16)(x)"),
    "gru_sequences": both(SERIES, "GRU(16, return_sequences=True)(x)"),
    "gru_reset_before": both(SERIES, "GRU(16, reset_after=False)(x)"),
    "rnn_of_lstm_cell": both(SERIES, "RNN(LSTMCell(16))(x)"),
    "rnn_of_gru_cell": both(SERIES, "RNN(GRUCell(16), return_sequences=True)(x)"),
    "rnn_of_stacked_cells": both(SERIES, "RNN(StackedRNNCells([LSTMCell(16), LSTMCell(12)]))(x)"),
    "bidirectional_lstm": both(SERIES, "Bidirectional(LSTM(16))(x)"),
    "bidirectional_lstm_sequences": both(SERIES, "Bidirectional(LSTM(16, return_sequences=True))(x)"),
    "bidirectional_sum": both(SERIES, "Bidirectional(LSTM(16, return_sequences=True), merge_mode='sum')(x)"),
    "bidirectional_average": both(SERIES, "Bidirectional(GRU(16), merge_mode='ave')(x)"),
    "bidirectional_product": both(SERIES, "Bidirectional(SimpleRNN(16), merge_mode='mul')(x)"),
    "bidirectional_apart": both(SERIES, "Bidirectional(LSTM(16), merge_mode=None)(x)"),
    "bidirectional_two": both(SERIES, "Bidirectional(LSTM(16), backward_layer=GRU(16, go_backwards=True))(x)"),
    "conv_lstm1d": both("4x20x3", "ConvLSTM1D(5, 3, padding='same')(x)"),
    "conv_lstm2d": both("4x8x8x3", "ConvLSTM2D(5, 3, padding='same')(x)"),
    "conv_lstm2d_valid": both("4x8x8x3", "ConvLSTM2D(5, 3, return_sequences=True)(x)"),
    "conv_lstm3d": both("3x4x5x6x2", "ConvLSTM3D(4, 3, padding='same')(x)"),
    "time_distributed_dense": both("10x32", "TimeDistributed(Dense(6))(x)"),
    "time_distributed_conv2d": both("4x8x8x3", "TimeDistributed(Conv2D(5, 3))(x)"),

    # Attention
    "attention": both("10x32, 7x32", "Attention()([x, y])"),
    "attention_scaled": both("10x32, 7x32", "Attention(use_scale=True)([x, y])"),
    "attention_causal": both("10x32, 10x32", "Attention()([x, y], use_causal_mask=True)"),
    "attention_three": both("10x32, 7x24, 7x32", "Attention()([x, y, z])"),
    "attention_concat": both("10x32, 7x32", "Attention(score_mode='concat')([x, y])"),
    "additive_attention": both("10x32, 7x32", "AdditiveAttention()([x, y])"),
    "multi_head_attention": both("10x32", "MultiHeadAttention(num_heads=4, key_dim=8)(x, x)"),
    "multi_head_attention_cross":
        both("10x32, 7x24", "MultiHeadAttention(num_heads=2, key_dim=6, value_dim=5, output_shape=20)(x, y)"),
    "multi_head_attention_without_bias":
        both("10x32", "MultiHeadAttention(num_heads=4, key_dim=8, use_bias=False)(x, x)"),
    "multi_head_attention_causal":
        both("10x32", "MultiHeadAttention(num_heads=4, key_dim=8)(x, x, use_causal_mask=True)"),
    "multi_head_attention_axes":
        both("4x5x32", "MultiHeadAttention(num_heads=2, key_dim=8, attention_axes=(1, 2))(x, x)"),
    "grouped_query_attention":
        keras3("10x32", "GroupQueryAttention(head_dim=8, num_query_heads=4, num_key_value_heads=2)(x, x)"),

    # Preprocessing
    "rescaling": both(PICTURE, "Rescaling(1 / 255, offset=-1)(x)"),
    "normalization": both("5x3", "Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])(x)"),
    "normalization_adapted": both("5x3", "Normalization()(x)"),
    "resizing": both("16x16x3", "Resizing(8, 12)(x)"),
    "resizing_nearest": both("16x16x3", "Resizing(24, 20, interpolation='nearest')(x)"),
    "center_crop": both("16x16x3", "CenterCrop(8, 10)(x)"),
    "category_encoding": both("5:int32", "CategoryEncoding(num_tokens=12, output_mode='multi_hot')(x)"),
    "discretization": both("5", "Discretization(bin_boundaries=[0.0, 1.0, 2.0])(x)"),
    "integer_lookup": both("5:int64", "IntegerLookup(vocabulary=[3, 5, 7])(x)"),
    "hashing": both("5:int64", "Hashing(num_bins=12)(x)"),
    "random_flip": both("16x16x3", "RandomFlip()(x)"),
    "random_rotation": both("16x16x3", "RandomRotation(0.1)(x)"),
    "random_crop": both("16x16x3", "RandomCrop(12, 12)(x)"),
    "random_contrast": both("16x16x3", "RandomContrast(0.1)(x)"),
    "stft_spectrogram": keras3("800x1", "STFTSpectrogram(frame_length=64, frame_step=32, fft_length=64)(x)"),
    "mel_spectrogram": keras3("4000", "MelSpectrogram(fft_length=256, sequence_stride=128, num_mel_bins=20, "
                                      "sampling_rate=8000)(x)"),

    # Operations on tensors, layers of their own in the file
    "operators": both("4x8, 8x6", "(x * 2.0 + 1.0)[:, :2, :]"),
    "operator_matmul": both("4x8, 8x6", "x @ y"),
    "operations": keras3("4x8, 8x6", "k.ops.relu(k.ops.matmul(x, y) / 3.0)"),
    "operation_glu": keras3("5x32", "k.ops.glu(x)"),
    "operation_reduce": keras3("4x8", "k.ops.mean(x, axis=1) - k.ops.max(x, axis=1)"),
    "operation_reshape": keras3("4x8", "k.ops.transpose(k.ops.reshape(x, (-1, 8, 2, 2)), (0, 2, 1, 3))"),
    "operation_softmax": keras3("4x8", "k.ops.softmax(k.ops.exp(x) + k.ops.sqrt(x), axis=-1)"),
    "operation_concatenate": keras3("4x8, 4x6", "k.ops.concatenate([x, y], axis=-1)"),
    "operation_einsum": keras3("4x8, 8x6", "k.ops.einsum('bij,bjk->bik', x, y)"),
}


def names_in(expression):
    return {each.id for each in ast.walk(ast.parse(expression, mode="eval")) if isinstance(each, ast.Name)}


def layer_inputs(k, text):
    inputs = []
    for name, each in zip("xyz", text.split(", ")):
        shape, _, dtype = each.partition(":")
        inputs.append(k.Input([int(size) for size in shape.split("x")], dtype=dtype or "float32", name=name))
    return inputs


def doubled(value):
    return value * 2.0


def layer_model(k, name):
    """The model of a row of LAYERS."""
    case = LAYERS[name]
    inputs = layer_inputs(k, case.inputs)
    scope = {each: getattr(k.layers, each) for each in dir(k.layers) if not each.startswith("_")}
    scope |= {"k": k, "doubled": doubled} | dict(zip("xyz", inputs))
    return k.Model(inputs, eval(case.expression, scope), name=name)


# ---- Graphs that readers get wrong

def sequential(k):
    L = k.layers
    return k.Sequential([k.Input((28, 28, 1)), L.Conv2D(8, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(),
                         L.Dense(10, activation="softmax")])


def sequential_nested(k):
    """A Sequential in a Sequential."""
    L = k.layers
    inner = k.Sequential([k.Input((32,)), L.Dense(16, activation="relu"), L.Dense(8)], name="inner")
    return k.Sequential([k.Input((32,)), inner, L.Dense(4)])


def shared_dense(k):
    """One Dense called twice: parameters once, arithmetic twice."""
    a, b = k.Input((16,), name="a"), k.Input((16,), name="b")
    dense = k.layers.Dense(8, name="shared")
    return k.Model([a, b], k.layers.Add()([dense(a), dense(b)]))


def shared_conv2d_of_two_sizes(k):
    """One Conv2D called on pictures of two sizes."""
    L = k.layers
    a, b = k.Input((16, 16, 3), name="a"), k.Input((8, 8, 3), name="b")
    conv, pool = L.Conv2D(4, 3, padding="same", name="shared"), L.GlobalAveragePooling2D()
    return k.Model([a, b], L.Subtract()([pool(conv(a)), pool(conv(b))]))


def nested_twice(k):
    """A functional model that is used twice as a layer."""
    L = k.layers
    t = k.Input((16,), name="t")
    inner = k.Model(t, L.Dense(4)(L.Dense(8, activation="relu")(t)), name="inner")
    a, b = k.Input((16,), name="a"), k.Input((16,), name="b")
    return k.Model([a, b], L.Dense(2)(L.Concatenate()([inner(a), inner(b)])))


def nested_deep(k):
    """Three models inside each other, the innermost with two inputs and two outputs."""
    L = k.layers
    p, q = k.Input((8,), name="p"), k.Input((8,), name="q")
    both_ways = k.Model([p, q], [L.Add()([p, q]), L.Dense(8)(L.Multiply()([p, q]))], name="innermost")
    m = k.Input((8,), name="m")
    middle = k.Model(m, L.Concatenate()(both_ways([m, L.Dense(8)(m)])), name="middle")
    x = k.Input((8,), name="x")
    return k.Model(x, L.Dense(3)(middle(x)))


def two_outputs(k):
    L = k.layers
    x = k.Input((8, 8, 3), name="x")
    trunk = L.Conv2D(6, 3, name="trunk")(x)
    return k.Model(x, [L.Dense(5, name="p")(L.Flatten()(trunk)),
                       L.Dense(2, name="q")(L.GlobalMaxPooling2D()(trunk))])


def dictionary_of_inputs(k):
    L = k.layers
    inputs = {"left": k.Input((8,), name="left"), "right": k.Input((4,), name="right")}
    return k.Model(inputs, {"sum": L.Dense(3)(L.Concatenate()([inputs["left"], inputs["right"]]))})


def residual_block(k):
    L = k.layers
    x = k.Input((32, 32, 16), name="x")
    h = L.ReLU()(L.BatchNormalization()(L.Conv2D(16, 3, padding="same", use_bias=False)(x)))
    h = L.BatchNormalization()(L.Conv2D(16, 3, padding="same", use_bias=False)(h))
    return k.Model(x, L.ReLU()(L.Add()([x, h])))


def transformer_block(k):
    L = k.layers
    x = k.Input((12, 32), name="x")
    h = L.LayerNormalization()(x)
    h = L.Add()([x, L.MultiHeadAttention(num_heads=4, key_dim=8)(h, h)])
    f = L.Dense(32)(L.Dense(64, activation="gelu")(L.LayerNormalization()(h)))
    return k.Model(x, L.Add()([h, f]))


def transformer_of_tokens(k):
    """Token and position embeddings, a padding mask, a decoder's cross attention."""
    L = k.layers
    tokens, memory = k.Input((12,), dtype="int32", name="tokens"), k.Input((9, 32), name="memory")
    h = L.Embedding(50, 32, mask_zero=True)(tokens)
    h = L.LayerNormalization()(L.MultiHeadAttention(2, 16)(h, h, use_causal_mask=True) + h)
    h = L.LayerNormalization()(L.MultiHeadAttention(2, 16)(h, memory) + h)
    return k.Model([tokens, memory], L.Dense(50)(h))


def frozen_backbone(k):
    """Transfer learning: the first model does not train."""
    L = k.layers
    backbone = k.Sequential([k.Input((16, 16, 3)), L.Conv2D(8, 3), L.BatchNormalization(), L.ReLU()], name="backbone")
    backbone.trainable = False
    x = k.Input((16, 16, 3), name="x")
    return k.Model(x, L.Dense(2)(L.GlobalAveragePooling2D()(backbone(x))))


def compiled_with_adam(k):
    """Trained for a step: files hold the optimizer's variables too."""
    import numpy

    model = k.Sequential([k.Input((7,)), k.layers.Dense(4), k.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(numpy.zeros((4, 7), "float32"), numpy.zeros((4, 2), "float32"), verbose=0)
    return model


def mixed_float16_network(k):
    L = k.layers
    x = k.Input((16, 16, 3), name="x")
    h = L.Conv2D(8, 3, dtype="mixed_float16")(x)
    h = L.BatchNormalization(dtype="mixed_float16")(h)
    return k.Model(x, L.Dense(4, dtype="float32")(L.GlobalAveragePooling2D(dtype="mixed_float16")(h)))


GRAPHS = {each.__name__: each for each in (
    sequential, sequential_nested, shared_dense, shared_conv2d_of_two_sizes, nested_twice, nested_deep, two_outputs,
    dictionary_of_inputs, residual_block, transformer_block, transformer_of_tokens, frozen_backbone,
    compiled_with_adam, mixed_float16_network)}

# The same models with weights of few bits, as `quantize` of Keras 3 makes them: (model, mode).
QUANTIZED = {
    "dense_int8": ("dense", "int8"),
    "dense_int4": ("dense", "int4"),
    "dense_float8": ("dense", "float8"),
    "einsum_dense_int8": ("einsum_dense", "int8"),
    "embedding_int8": ("embedding", "int8"),
    "conv2d_and_dense_int8": ("sequential", "int8"),
    "transformer_block_int8": ("transformer_block", "int8"),
}

# What is made and compared for every change.
CI_LAYERS = (
    "dense", "dense_of_sequence", "dense_without_bias", "einsum_dense", "embedding", "conv1d_causal_dilated",
    "conv2d_same_strided", "conv2d_dilated", "conv2d_groups", "conv3d", "conv2d_transpose_same", "depthwise_conv2d",
    "separable_conv2d_multiplier", "max_pooling2d_same", "average_pooling2d", "global_average_pooling2d", "flatten",
    "reshape_rest", "permute", "zero_padding2d", "cropping2d", "up_sampling2d_bilinear", "batch_normalization",
    "layer_normalization", "group_normalization", "activation_gelu", "prelu", "softmax", "dropout", "add_broadcast",
    "concatenate", "dot", "lstm_sequences", "gru", "bidirectional_sum", "conv_lstm2d", "time_distributed_dense",
    "multi_head_attention", "rescaling", "operators")
CI_GRAPHS = ("sequential", "nested_twice", "shared_dense", "two_outputs")
CI_APPLICATIONS = ("MobileNetV2", "ResNet50", "EfficientNetB0")

# Applications that leave their picture's size open.
APPLICATION_ARGUMENTS = {"MobileNetV3Small": {"input_shape": (224, 224, 3)},
                         "MobileNetV3Large": {"input_shape": (224, 224, 3)}}

# Differences between what a file holds and what Keras says that are right: the cases, the formats, by how many
# multiply-adds or parameters, or which results it has instead, and why. The cases of Keras 2 are named apart.
TENSORFLOW = "savedmodel graphdef"
KERAS = "keras h5 json"
EFFICIENT_NETS = " ".join(f"EfficientNetB{number}" for number in range(8))
DIFFERENCES = (
    ("lambda lambda_keras2", KERAS, {"unknown": True}, "a Lambda is Python code, which is never run"),

    # What a graph of TensorFlow has more
    ("conv2d_dilated_valid conv2d_dilated_valid_keras2", TENSORFLOW, {"macs": (6 * 6 * 4 - 12 * 10) * 3 * 3 * 8 * 12},
     "TensorFlow makes the rates 2 and 3 a batch of 6 and pads 16 columns to 18"),
    ("conv_lstm1d_keras2", TENSORFLOW, {"macs": 20 * 5 * 3 * 3},
     "Keras 2 makes the first state by a convolution with zeros"),
    ("conv_lstm2d_keras2", TENSORFLOW, {"macs": 8 * 8 * 5 * 3 * 3 * 3},
     "Keras 2 makes the first state by a convolution with zeros"),
    ("conv_lstm2d_valid_keras2", TENSORFLOW, {"macs": 6 * 6 * 5 * 3 * 3 * 3},
     "Keras 2 makes the first state by a convolution with zeros"),
    ("conv_lstm3d_keras2", TENSORFLOW, {"macs": 4 * 5 * 6 * 4 * 3 * 3 * 3 * 2},
     "Keras 2 makes the first state by a convolution with zeros"),
    ("normalization normalization_keras2", TENSORFLOW, {"params": 2 * 3},
     "mean and variance are in the configuration, and constants of the graph"),
    ("ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge "
     "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3", TENSORFLOW, {"params": 2 * 3},
     "mean and variance are in the configuration, and constants of the graph"),
    ("masking_lstm masking_lstm_keras2", "savedmodel", {"macs": (8 + 16) * 4 * 16},
     "a masked loop runs its cell once before the first step, to make zeros of its result's shape"),
    ("embedding_masked embedding_masked_keras2", "savedmodel", {"macs": (16 + 8) * 4 * 8},
     "a masked loop runs its cell once before the first step, to make zeros of its result's shape"),

    # What it does at inference
    ("random_crop", "graphdef", {"outputs": [[1, 16, 16, 3]]},
     "at inference Keras 3 hands the picture on as it is, whatever shape it states for the layer"),

    # What it has not
    (f"normalization_adapted normalization_adapted_keras2 {EFFICIENT_NETS}", TENSORFLOW, {"params": -(3 + 3 + 1)},
     "mean 0 and variance 1 of what was not adapted are constants of one value"),
    ("attention_scaled attention_scaled_keras2 attention_concat attention_concat_keras2", "graphdef", {"params": -1},
     "a variable of one number is a constant like others"),
    ("spectral_conv2d", TENSORFLOW, {"params": -12}, "no operation reads the vector of training"),
    ("spectral_normalization", TENSORFLOW, {"params": -10}, "no operation reads the vector of training"),

    # Weights of few bits: Keras' count is that of the network before
    ("dense_int8 conv2d_and_dense_int8", TENSORFLOW, {"params": 10}, "the scales of the weights"),
    ("einsum_dense_int8", TENSORFLOW, {"params": 4 * 8}, "the scales of the weights"),
    ("embedding_int8", TENSORFLOW, {"params": 100}, "the scales of the weights"),
    ("transformer_block_int8", TENSORFLOW, {"params": 3 * 32 + 32 + 64 + 32}, "the scales of the weights"),
    ("dense_int4", TENSORFLOW, {"params": 32 * 10 // 2 + 10 + 10 + 32 - 32 * 10},
     "two weights a byte; scales, zero points and the groups of the inputs"),
    ("dense_float8", "savedmodel", {"params": 3 * (1024 + 1)}, "the scales and their history that training needs"),
    ("dense_float8", "graphdef", {"params": 3 * 1024}, "the history of the scales that training needs"),
)
DIFFERENT = {(name, form): by | {"why": why} for names, forms, by, why in DIFFERENCES
             for name in names.split() for form in forms.split()}
