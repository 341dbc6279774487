#!/usr/bin/env python3
"""Converts whole models to .h5, .keras and .weights.h5 and has tf_keras and Keras 3 say what is in them.

    round_trips.py [FOLDER | FILE …] [--finetune .build/release/finetune] [--jobs 2] [--match TEXT] [--table FILE]

Takes every whole model below the folders (by default ../shared/checkpoints and the tests' fixtures). A written file has to
predict what the original predicts in the same Keras, within 1e-6 of the largest value; where that Keras does not open the
original, what the other one or `finetune predict` says, within 1e-5. Inputs are those of the golden file beside a fixture
or in ../shared/golden, else seeded random numbers. A refusal, or a warning that one Keras will not open a file, is counted
as such and not as an error. Exits with status 1 where a prediction is off or a file does not open that should.
Needs: pip install tensorflow tf_keras (benchmarks/README.md).
"""

import argparse
import collections
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.filterwarnings("ignore")

import numpy as np

here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
shared = os.path.join(os.path.dirname(here), "shared")
fixtures = os.path.join(here, "Tests/Model/KerasTests/Fixtures")


def config_of(path):
    """The architecture in a file, or None."""
    import h5py

    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return archive.read("config.json").decode() if "config.json" in archive.namelist() else None
        with h5py.File(path) as file:
            text = file.attrs.get("model_config")
            return text.decode() if isinstance(text, bytes) else text
    except (OSError, KeyError, RuntimeError):
        return None


def whole_models(places):
    for place in places:
        if os.path.isfile(place):
            yield place
            continue
        for folder, _, names in sorted(os.walk(place)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith((".h5", ".hdf5", ".hd5", ".keras")) and config_of(path) is not None:
                    yield path


def golden(path):
    """Inputs and outputs of the golden files that go with a file, tf_keras' first; None where there are none."""
    base = os.path.basename(path)
    stem = base.split(".")[0]
    choices = []
    inside = os.path.relpath(path, os.path.join(shared, "checkpoints"))
    if not inside.startswith(".."):
        name = inside.replace("/", "__")
        choices += [os.path.join(shared, "golden", f"{name}.{kind}.npz") for kind in ("tfk2", "keras3")]
    folder = os.path.dirname(path)
    choices += [os.path.join(folder, name) for name in (f"{os.path.splitext(base)[0]}.npz", f"{stem}.npz")]
    arrays = {}
    for choice in choices:
        if os.path.exists(choice):
            arrays = {**dict(np.load(choice)), **arrays}

    def numbered(letter):
        names = sorted((name for name in arrays if re.fullmatch(letter + r"\d+", name)), key=lambda name: int(name[1:]))
        return [arrays[name] for name in names]

    return (numbered("x"), numbered("y")) if "x0" in arrays else (None, None)


def random_inputs(model, text):
    generator = np.random.default_rng(7)
    scale = 3 if '"Embedding"' in text else 1
    inputs = []
    for tensor in model.inputs:
        shape = [2] + [extent or 32 for extent in tensor.shape[1:]]
        values = generator.random(shape, np.float32) * scale
        inputs.append(np.floor(values) if scale > 1 else values)
    return inputs


def load(library, path):
    return library.models.load_model(path, compile=False)


def predict(model, inputs):
    inputs = [np.asarray(value, np.float32) for value in inputs]
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    outputs = list(outputs.values()) if isinstance(outputs, dict) else outputs
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def distance(found, expected):
    if len(found) != len(expected) or any(a.shape != b.shape for a, b in zip(found, expected)):
        return float("inf")
    worst = 0.0
    for a, b in zip(found, expected):
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            return float("inf")
        a, b = np.nan_to_num(a), np.nan_to_num(b)
        worst = max(worst, float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-3)) if a.size else 0.0)
    return worst


def reason(error):
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


class Trip:
    """One file and what becomes of it."""

    def __init__(self, path, program, folder):
        import keras
        import tf_keras

        self.path, self.program, self.folder = path, program, folder
        self.libraries = {"tf_keras": tf_keras, "Keras 3": keras}
        self.results = {}

    def run(self):
        text = config_of(self.path) or ""
        originals, obstacles = {}, {}
        for name, library in self.libraries.items():
            try:
                originals[name] = load(library, self.path)
            except Exception as error:
                obstacles[name] = reason(error)
        inputs, outputs = golden(self.path)
        if inputs is None and originals:
            inputs = random_inputs(next(iter(originals.values())), text)
        written = {}
        for ending in ("h5", "keras", "weights.h5"):
            target = os.path.join(self.folder, "model." + ending)
            outcome = subprocess.run(
                [self.program, "convert", self.path, target, "--force"], capture_output=True, text=True)
            if outcome.returncode != 0:
                self.results[ending] = ("refused", outcome.stderr.strip()[-400:])
                if os.path.exists(target):
                    self.results[ending] = ("wrong", "it left a file behind: " + outcome.stderr)
            else:
                written[ending] = (target, outcome.stderr)
        if inputs is None:
            # Neither Keras opens the original: what was written says what to feed it.
            for ending, (target, _) in written.items():
                for library in self.libraries.values() if inputs is None and ending != "weights.h5" else ():
                    try:
                        inputs = random_inputs(load(library, target), text)
                        break
                    except Exception as error:
                        obstacles[ending] = reason(error)
        if inputs is None:
            for ending, (target, _) in written.items():
                self.results[ending] = ("unknown", "no inputs: " + "; ".join(obstacles.values()))
            return self.results
        expected = {}
        for name, model in originals.items():
            try:
                expected[name] = predict(model, inputs)
            except Exception as error:
                obstacles[name] = reason(error)
        if outputs:
            expected["golden file"] = outputs
        if not expected:
            ours = self.our_prediction(inputs)
            if ours is not None:
                expected["finetune"] = ours
        for ending, (target, notes) in written.items():
            for name in ("tf_keras", "Keras 3") if ending == "h5" else ("Keras 3",):
                key = f"{ending} in {name}" if ending == "h5" else ending
                self.results[key] = self.judge(name, ending, target, notes, inputs, expected, written)
        return self.results

    def our_prediction(self, inputs):
        arrays, output = os.path.join(self.folder, "x.npz"), os.path.join(self.folder, "y.npz")
        np.savez(arrays, **{f"x{index}": np.asarray(value, np.float32) for index, value in enumerate(inputs)})
        outcome = subprocess.run(
            [self.program, "predict", self.path, "--input", arrays, "--output", output], capture_output=True, text=True)
        if outcome.returncode != 0:
            return None
        values = np.load(output)
        return [values[f"y{index}"] for index in range(len(values.files))]

    def judge(self, name, ending, target, notes, inputs, expected, written):
        other = "Keras 3" if name == "tf_keras" else "tf_keras"
        told = [
            line for line in notes.splitlines()
            if f"only {other} " in line or f"{other} opens the file" in line or f"exact in {other}" in line
            or "neither Keras opens" in line]
        try:
            if ending == "weights.h5":
                if "keras" not in written:
                    return "unknown", "no .keras file to rebuild the model from"
                model = load(self.libraries[name], written["keras"][0])
                model.set_weights([np.zeros_like(value) for value in model.get_weights()])
                model.load_weights(target)
            else:
                model = load(self.libraries[name], target)
            found = predict(model, inputs)
        except Exception as error:
            return ("told", told[0]) if told else ("wrong", reason(error))
        source = name if name in expected else next(iter(expected), None)
        if source is None:
            return "unknown", "nothing to compare with"
        apart = distance(found, expected[source])
        limit = 1e-6 if source == name else 1e-5
        # Where the original already means different things to the two, the generation that wrote it decides.
        for another in (other, "golden file"):
            if apart > limit and another in expected and distance(found, expected[another]) <= 1e-5:
                return "right", f"{apart:.1g} from {source}, as {another}"
        if apart > limit:
            return ("told", told[0]) if told else ("wrong", f"{apart:.2g} from {source}")
        return "right", f"{apart:.1g} from {source}"


def travel(task):
    path, program = task
    with tempfile.TemporaryDirectory() as folder:
        try:
            return path, Trip(path, program, folder).run()
        except Exception as error:
            return path, {"script": ("wrong", reason(error))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", metavar="FOLDER")
    parser.add_argument("--finetune", default=os.path.join(here, ".build/release/finetune"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--match", help="only files with this in their path")
    parser.add_argument("--table", help="where the table is written, as Markdown")
    parser.add_argument("--details", help="where every result is written, as JSON")
    parser.add_argument("--quiet", action="store_true", help="only the table")
    arguments = parser.parse_args()
    places = arguments.places or [os.path.join(shared, "checkpoints"), fixtures]
    files = [path for path in whole_models(places) if not arguments.match or arguments.match in path]
    counts = collections.defaultdict(collections.Counter)
    details = {}
    with multiprocessing.get_context("spawn").Pool(arguments.jobs, maxtasksperchild=40) as pool:
        for path, results in pool.imap_unordered(travel, [(path, arguments.finetune) for path in files]):
            details[path] = results
            for key, (verdict, text) in results.items():
                counts[key][verdict] += 1
                if verdict == "wrong" and not arguments.quiet:
                    print(f"{path}: {key}: {text}", flush=True)
    columns = ["right", "told", "refused", "unknown", "wrong"]
    lines = ["| written as | files | " + " | ".join(columns) + " |", "|---|---" + "|---" * len(columns) + "|"]
    for key in sorted(counts):
        row = counts[key]
        lines.append(f"| {key} | {sum(row.values())} | " + " | ".join(str(row[c]) for c in columns) + " |")
    table = "\n".join(lines)
    print(f"{len(files)} whole models\n\n{table}")
    if arguments.table:
        with open(arguments.table, "w") as file:
            file.write(table + "\n")
    if arguments.details:
        with open(arguments.details, "w") as file:
            json.dump(details, file, indent=1, sort_keys=True)
    sys.exit(any(row["wrong"] for row in counts.values()))


if __name__ == "__main__":
    main()
