"""What a user of TensorFlow does to learn the FLOPs of a Keras file, to be timed:

    keras_profile.py FILE            loads the model, freezes it for batch 1, asks tf.profiler
    keras_profile.py --write FILE    writes the file: ResNet-50 of keras.applications

Source: tf.compat.v1.profiler, ProfileOptionBuilder.float_operation.
"""

import os
import pathlib
import sys

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))

import keras  # noqa: E402: the settings come first
import tensorflow  # noqa: E402

import keras_files  # noqa: E402


def float_operations(path):
    graph = keras_files.freeze(keras.models.load_model(path, compile=False)).graph
    options = tensorflow.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}
    return tensorflow.compat.v1.profiler.profile(graph, options=options).total_float_ops


if sys.argv[1] == "--write":
    keras.applications.ResNet50(weights=None).save(sys.argv[2])
else:
    print(float_operations(sys.argv[1]))
