"""The tools that count with another convention: where they are installed, and what each says of a network.

    python3 scripts/peer_tools.py TOOL...      installs them (all of them without arguments)

Each tool runs in a process of its own, since several leave their patches in torch behind and two share the module name
`thop`; there each network has a process again, a copy of the one that imported the tool (`count`). A tool is a function
of a network: a module with its inputs, or a file.
"""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import keras_files
import python_environment

SCRIPTS = pathlib.Path(__file__).resolve().parent
FOLDERS = SCRIPTS.parent / "build" / "peer_tools"
PACKAGES = ["torch==2.15.0", "numpy==2.4.6", "onnx==1.23.2", "onnxscript==0.7.2", "fvcore==0.1.5.post20221221",
            "onnx-tool==1.0.1"]
PIP_OPTIONS = ("--no-compile",)  # of the many modules few are imported


# ---- What the tools say

def quiet(call, *arguments, **named):
    """The result of a call, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return call(*arguments, **named)


def torch_counter(model, inputs):
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(*inputs)
    return {"flops": counter.get_total_flops()}


def fvcore(model, inputs):
    from fvcore.nn import FlopCountAnalysis
    analysis = FlopCountAnalysis(model, inputs).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return {"macs": analysis.total()}


def ptflops(model, inputs, backend="pytorch"):
    import torch
    from ptflops import get_model_complexity_info

    class Root(torch.nn.Module):
        """Gets the inputs by name, as this tool passes several, and gives them on as its hooks expect them."""

        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(*inputs)

    with torch.no_grad():
        macs, _ = quiet(get_model_complexity_info, Root(), (1,), print_per_layer_stat=False, as_strings=False,
                        input_constructor=lambda _: {"inputs": inputs}, backend=backend)
    if macs is None:
        raise RuntimeError("ptflops ended with an exception of its own")
    return {"macs": macs}


def ptflops_aten(model, inputs):
    return ptflops(model, inputs, "aten")


def thop(model, inputs):
    import torch
    from thop import profile
    with torch.no_grad():
        return {"macs": quiet(profile, model, inputs=inputs, verbose=False)[0]}


def ultralytics(model, inputs):
    """What `model.info()` of ultralytics prints, in 1e9, where it counts at the full size."""
    return {"flops": 2 * thop(model, inputs)["macs"]}


def calflops(model, inputs):
    import torch
    from calflops import calculate_flops
    with torch.no_grad():
        flops, macs, _ = calculate_flops(model, args=list(inputs), print_results=False, output_as_string=False)
    return {"flops": flops, "macs": macs}


def deepspeed(model, inputs):
    import torch
    from deepspeed.profiling.flops_profiler import get_model_profile
    with torch.no_grad():
        flops, macs, _ = get_model_profile(model, args=list(inputs), print_profile=False, as_string=False, warm_up=0)
    return {"flops": flops, "macs": macs}


def torchinfo(model, inputs):
    from torchinfo import summary
    return {"macs": summary(model, input_data=list(inputs), verbose=0).total_mult_adds}


def onnx_tool(path):
    import onnx_tool as tool
    model = quiet(tool.loadmodel, str(path), {"verbose": False})
    model.graph.graph_reorder_nodes()
    quiet(model.graph.shape_infer, None)
    quiet(model.graph.profile, exclude_ops=tool.NoMacsOps)
    return {"macs": model.graph.macs[0]}


def onnx_opcounter(path):
    import onnx
    from onnx_opcounter import calculate_macs
    return {"macs": int(quiet(calculate_macs, onnx.load(path)))}


def tf_profiler(path):
    import tensorflow as tf
    definition = tf.compat.v1.GraphDef.FromString(pathlib.Path(path).read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}
    return {"flops": tf.compat.v1.profiler.profile(graph, cmd="scope", options=options).total_float_ops}


def keras_flops(model):
    """Its import fails since TensorFlow 2.13, which registers one of its operators itself, with the same rule; of Keras 3
    it meets shapes that are no longer its own."""
    from tensorflow.python.framework import ops
    registered = ops.RegisterStatistics

    class Tolerant(registered):
        def __call__(self, function):
            with contextlib.suppress(KeyError):
                return super().__call__(function)
            return function

    ops.RegisterStatistics = Tolerant
    try:
        import keras_flops
    finally:
        ops.RegisterStatistics = registered
    return {"flops": quiet(keras_flops.get_flops, model, 1)}


@dataclass(frozen=True)
class Tool:
    """How a tool is had, and the function that asks it."""
    name: str  # of the convention
    count: Callable
    version: str
    packages: tuple = ()  # in a folder of their own, without what they depend on
    needed: tuple = ()  # beside them, with what they depend on
    of_file: bool = False  # counts the file instead of the module
    of_keras: bool = False  # counts networks of Keras, in the environment of scripts/keras_files.py, one after the other
    imports: str = ""  # the module, imported once before the networks are counted
    warms: bool = False  # imports most only when it counts, and leaves nothing behind


TORCH = next(each for each in PACKAGES if each.startswith("torch=="))
PTFLOPS = ("ptflops==0.7.5",)
TOOLS = {tool.name: tool for tool in (
    Tool("torch", torch_counter, TORCH, imports="torch.utils.flop_counter", warms=True),
    Tool("fvcore", fvcore, "fvcore==0.1.5.post20221221", imports="fvcore.nn"),
    Tool("ptflops", ptflops, PTFLOPS[0], PTFLOPS, imports="ptflops"),
    Tool("ptflops-aten", ptflops_aten, PTFLOPS[0], PTFLOPS, imports="ptflops", warms=True),
    Tool("thop-0.1", thop, "thop==0.1.1.post2209072238", ("thop==0.1.1.post2209072238",), imports="thop"),
    Tool("ulthop-2.1", thop, "ultralytics-thop==2.1.6", ("ultralytics-thop==2.1.6",), imports="thop"),
    Tool("ulthop-2.2", thop, "ultralytics-thop==2.2.3", ("ultralytics-thop==2.2.3",), imports="thop"),
    Tool("ultralytics", ultralytics, "ultralytics-thop==2.2.3", ("ultralytics-thop==2.2.3",), imports="thop"),
    Tool("calflops", calflops, "calflops==0.3.2",
         ("calflops==0.3.2", "accelerate==1.15.0", "transformers==5.23.0"),
         ("huggingface-hub==2.4.0", "tokenizers==0.23.3", "regex==2026.11.15", "safetensors==0.8.0", "typer==0.29.2",
          "psutil==7.2.2"), imports="calflops"),
    Tool("deepspeed", deepspeed, "deepspeed==0.19.8", ("deepspeed==0.19.8",),
         ("einops==0.8.2", "hjson==3.1.0", "msgpack==1.2.4", "psutil==7.2.2", "py-cpuinfo==9.0.0", "pydantic==2.14.3",
          "tqdm==4.70.1"), imports="deepspeed.profiling.flops_profiler"),
    Tool("torchinfo", torchinfo, "torchinfo==1.8.0", ("torchinfo==1.8.0",), imports="torchinfo"),
    Tool("onnx-tool", onnx_tool, "onnx-tool==1.0.1", of_file=True, imports="onnx_tool"),
    Tool("onnx-opcounter", onnx_opcounter, "onnx-opcounter==0.0.4", ("onnx-opcounter==0.0.4",),
         ("onnxruntime==1.31.1", "flatbuffers==25.12.19"), of_file=True, imports="onnx_opcounter"),
    Tool("tf-profiler", tf_profiler, "tensorflow==2.19.1", of_file=True, of_keras=True, imports="tensorflow"),
    Tool("keras-flops", keras_flops, "keras-flops==0.1.2", ("keras-flops==0.1.2",), of_keras=True,
         imports="tensorflow"),
)}


# ---- Installation

def enter():
    """Runs the script again where torch is; on one thread, since the machine is shared."""
    os.environ |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "TOKENIZERS_PARALLELISM": "false"}
    python_environment.enter("peers_venv", PACKAGES, PIP_OPTIONS)


def install(names):
    """The tools that are not in the environment go into a folder each, which only their process sees."""
    python = python_environment.make("peers_venv", PACKAGES, PIP_OPTIONS)
    if any(TOOLS[name].of_keras for name in names):
        python_environment.make("tensorflow_venv", keras_files.PACKAGES)
    for name in names:
        tool = TOOLS[name]
        folder, wanted = FOLDERS / name, "\n".join((*tool.packages, "", *tool.needed))
        stamp = folder / "packages.txt"
        if not tool.packages or stamp.exists() and stamp.read_text() == wanted:
            continue
        subprocess.run(["rm", "-rf", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", *PIP_OPTIONS, "--no-warn-conflicts"]
        environment = os.environ | {"DS_BUILD_OPS": "0"}  # of DeepSpeed only Python is wanted
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--target", folder, *tool.packages], check=True,
                       env=environment)
        if tool.needed:
            subprocess.run([*pip, "--target", folder / "needed", *tool.needed], check=True)
        stamp.write_text(wanted)


# ---- A process for each tool, and in it one for each network

def ask(name, jobs, timeout=3600):
    """What a tool says of each job, {"name", "module", "call", "arguments", "file"}: the figures or {"error": ...}.

    The network of a job is what `call` of the Python module `module` in scripts/ makes of `arguments`, a torch module
    with its inputs; a tool that counts files gets `file`.
    """
    folder = FOLDERS / name
    paths = [str(each) for each in (SCRIPTS, folder, folder / "needed")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "DS_ACCELERATOR": "cpu"}
    with tempfile.TemporaryDirectory() as scratch:
        asked, said = pathlib.Path(scratch, "jobs.json"), pathlib.Path(scratch, "answers.json")
        asked.write_text(json.dumps(jobs))
        program = f"import peer_tools; peer_tools.answer({name!r}, {str(asked)!r}, {str(said)!r})"
        python = sys.executable
        if TOOLS[name].of_keras:
            environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "TF_USE_LEGACY_KERAS": "1"}
            python = python_environment.make("tensorflow_venv", keras_files.PACKAGES)
        done = subprocess.run([python, "-W", "ignore", "-c", program], env=environment, cwd=scratch,
                              timeout=timeout, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
        return json.loads(said.read_text())


def answer(name, asked, said):
    """What runs in the process of the tool."""
    import importlib
    tool = TOOLS[name]
    if not tool.of_file and not tool.of_keras:
        import torch
        torch.set_num_threads(1)
    importlib.import_module(tool.imports)
    jobs = json.loads(pathlib.Path(asked).read_text())
    for module in {job["module"] for job in jobs if not tool.of_file}:
        importlib.import_module(module)
    if tool.warms:
        tool.count(torch.nn.Linear(1, 1), (torch.ones(1, 1),))
    answers = {job["name"]: answer_here(tool, job) if tool.of_keras else answer_one(tool, job) for job in jobs}
    pathlib.Path(said).write_text(json.dumps(answers))


def answer_here(tool, job):
    """The answer, or what the tool raised."""
    try:
        result = tool.count(job["file"]) if tool.of_file else tool.count(*network_of(job))
        return {key: int(value) if int(value) == value else value for key, value in result.items()}
    except BaseException as error:  # the answer is what the tool did, whatever it raised
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def answer_one(tool, job):
    """The answer of a copy of this process, in which nothing has been counted before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            with os.fdopen(writing, "w") as pipe:
                pipe.write(json.dumps(answer_here(tool, job)))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": "it ended without an answer"}


def network_of(job):
    """What a tool gets: a module of torch, in evaluation mode, and its inputs; or a model of Keras."""
    import importlib
    made = getattr(importlib.import_module(job["module"]), job["call"])(*job["arguments"])
    return (made[0].eval(), made[1]) if isinstance(made, tuple) else (made,)


if __name__ == "__main__":
    install(sys.argv[1:] or TOOLS)
