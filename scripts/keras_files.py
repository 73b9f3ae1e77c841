"""A Keras model written in each of the formats that Keras and TensorFlow have.

`enter()` first: the packages go into a virtual environment, build/tensorflow_venv, which needs the network once.
The writers of both generations are there: `keras` (version 3) and `tf_keras` (version 2) are passed as `library`.
"""

import os
import pathlib

import python_environment

PACKAGES = ["tensorflow==2.19.1", "keras==3.15.1", "tf_keras==2.19.0", "h5py==3.16.0", "numpy==2.1.3",
            "scipy==1.16.3", "tf2onnx==1.17.0", "onnx==1.19.1"]


def enter():
    """Runs the script again where the packages are; returns there, on the processor and without TensorFlow's log."""
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow",
                   "TF_ENABLE_ONEDNN_OPTS": "0"}
    python_environment.enter("tensorflow_venv", PACKAGES)
    import absl.logging
    absl.logging.set_verbosity("error")


def versions():
    import h5py
    import keras
    import tensorflow
    import tf_keras

    return {"tensorflow": tensorflow.__version__, "keras": keras.__version__, "tf_keras": tf_keras.__version__,
            "h5py": h5py.__version__}


def freeze(model, batch=1):
    """The model as one function whose variables are constants, for that batch. Loops become TensorFlow 1 control flow,
    as the conversion does unless asked otherwise."""
    return _frozen(model, batch, lower_control_flow=True)


def _frozen(model, batch, lower_control_flow):
    import tensorflow
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    specs = [tensorflow.TensorSpec([batch, *each.shape[1:]], each.dtype) for each in model.inputs]
    several = len(specs) > 1
    function = tensorflow.function(lambda *inputs: model(list(inputs) if several else inputs[0], training=False))
    return convert_variables_to_constants_v2(function.get_concrete_function(*specs), lower_control_flow)


def write_keras(model, path):
    model.save(path)


def write_h5(model, path):
    model.save(path)


def write_json(model, path):
    path.write_text(model.to_json())


def write_saved_model(model, path):
    """As `export` of Keras 3 and `save` of Keras 2 write the folder."""
    if model.__module__.startswith("tf_keras"):
        model.save(path, save_format="tf")
    else:
        model.export(path, verbose=False)


def write_frozen(model, path):
    path.write_bytes(freeze(model).graph.as_graph_def().SerializeToString(deterministic=True))


def write_tflite(model, path):
    """By way of the frozen function: loops of unknown batch cannot be converted."""
    import tensorflow

    frozen = _frozen(model, 1, lower_control_flow=False)
    path.write_bytes(tensorflow.lite.TFLiteConverter.from_concrete_functions([frozen]).convert())


def write_onnx(model, path):
    model.export(path, format="onnx", verbose=False)


# How a file of each format is named after its model.
ENDINGS = {"keras": ".keras", "h5": ".h5", "json": ".json", "savedmodel": "_saved_model", "graphdef": ".pb",
           "tflite": ".tflite", "onnx": ".onnx"}
WRITERS = {"keras": write_keras, "h5": write_h5, "json": write_json, "savedmodel": write_saved_model,
           "graphdef": write_frozen, "tflite": write_tflite, "onnx": write_onnx}


def write(model, form, folder, name):
    """folder/name in that format; the path."""
    path = pathlib.Path(folder) / (name + ENDINGS[form])
    WRITERS[form](model, path)
    return path


if __name__ == "__main__":  # prints the Python that has the packages
    print(python_environment.make("tensorflow_venv", PACKAGES))
