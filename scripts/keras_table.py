#!/usr/bin/env python3
"""Opens every whole Keras model below a folder with finetune, Keras 3 and tf_keras, and prints the table of the README.

    python scripts/keras_table.py [--shared ../shared] [--finetune .build/release/finetune] [--list]

Needs tensorflow, tf_keras, h5py and numpy in the Python that runs it. A model is *opened* where its architecture and all its
weights are taken over, *right* where its predictions agree with the reference to 1e-4 absolutely or 1e-5 relatively. The
reference is what the model's own authors predicted (`*_inputs_and_outputs.h5` beside `*_model.h5`), else the golden file of
tf_keras, else that of Keras 3. Keras and tf_keras run in child processes, so that one that crashes counts as not opened.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import h5py
import numpy as np

ABSOLUTE, RELATIVE = 1e-4, 1e-5
SECONDS = 120


def whole_models(root):
    """The paths of all files below root that hold an architecture and weights, told by their content."""
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if h5py.is_hdf5(path):
                try:
                    with h5py.File(path) as file:
                        if "model_config" in file.attrs:
                            yield path
                except OSError:
                    continue
            elif zipfile.is_zipfile(path) and "config.json" in zipfile.ZipFile(path).namelist():
                yield path


def config(path):
    if zipfile.is_zipfile(path):
        return json.loads(zipfile.ZipFile(path).read("config.json"))
    with h5py.File(path) as file:
        text = file.attrs["model_config"]
    return json.loads(text if isinstance(text, str) else text.decode())


def classes(node):
    """Every class_name in a config."""
    if isinstance(node, dict):
        if isinstance(node.get("class_name"), str):
            yield node["class_name"]
        for value in node.values():
            yield from classes(value)
    elif isinstance(node, list):
        for value in node:
            yield from classes(value)


def reference(path, root, golden):
    """(inputs, outputs, whose) of a model, or None."""
    own = path[: -len("_model.h5")] + "_inputs_and_outputs.h5" if path.endswith("_model.h5") else ""
    if os.path.exists(own):
        with h5py.File(own) as file:
            names = lambda key: json.loads(file.attrs[key])[key]
            if "predictions" in file:
                inputs = [file["inputs"][name][()] for name in names("inputs")]
                outputs = [file["predictions"][name][()] for name in names("outputs")]
                return inputs, outputs, "authors"
    name = os.path.relpath(path, root).replace("/", "__")
    for suffix, whose in ((".tfk2.npz", "tf_keras"), (".keras3.npz", "Keras 3")):
        file = os.path.join(golden, name + suffix)
        if os.path.exists(file):
            arrays = np.load(file)
            several = lambda key: [arrays[f"{key}{i}"] for i in range(sum(n[0] == key for n in arrays.files))]
            return several("x"), several("y"), whose
    return None


def agree(found, expected):
    if len(found) != len(expected):
        return False
    for a, b in zip(found, expected):
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        if a.shape != b.shape or not np.all(np.abs(a - b) <= np.maximum(ABSOLUTE, RELATIVE * np.abs(b))):
            return False
    return True


def ours(program, path, known):
    """("opened" | "refused", why, right)"""
    run = lambda *arguments: subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=SECONDS)
    inspected = run("inspect", path, "--json")
    if inspected.returncode != 0:
        return False, inspected.stderr.strip(), None
    problem = json.loads(inspected.stdout).get("problem")
    if problem:
        return False, problem, None
    if known is None:
        return True, "", None
    with tempfile.TemporaryDirectory() as folder:
        given, got = os.path.join(folder, "x.npz"), os.path.join(folder, "y.npz")
        np.savez(given, **{f"x{i}": x for i, x in enumerate(known[0])})
        predicted = run("predict", path, "--input", given, "--output", got)
        if predicted.returncode != 0:
            return True, predicted.stderr.strip(), False
        arrays = np.load(got)
        return True, "", agree([arrays[f"y{i}"] for i in range(len(arrays.files))], known[1])


CHILD = """
import os, pickle, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
which, work = sys.argv[1:]
import keras, tf_keras
load = (keras if which == "keras" else tf_keras).models.load_model
for index, (path, inputs) in pickle.load(open(work, "rb")):
    print("begin", index, flush=True)
    try:
        model = load(path, compile=False)
    except BaseException as error:
        print("refused", index, type(error).__name__, flush=True)
        continue
    outputs = None
    if inputs is not None:
        try:
            outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        except BaseException as error:
            print("failed", index, type(error).__name__, flush=True)
    pickle.dump(outputs, open(f"{work}.{index}", "wb"))
    print("opened", index, flush=True)
"""


def theirs(which, models, known):
    """Per model (opened, right): a child goes through them; where it dies or hangs, another goes on behind the culprit."""
    import pickle

    results = {}
    waiting = list(range(len(models)))
    with tempfile.TemporaryDirectory() as folder:
        while waiting:
            work = os.path.join(folder, "work")
            jobs = [(i, (models[i], known[i][0] if known[i] else None)) for i in waiting]
            with open(work, "wb") as file:
                pickle.dump(jobs, file)
            begun = None
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, which, work], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for line in child.stdout:
                word, *rest = line.split()
                if word not in ("begin", "refused", "opened", "failed"):
                    continue
                begun = int(rest[0])
                if word == "refused":
                    results[begun] = (False, None)
                elif word == "opened":
                    with open(f"{work}.{begun}", "rb") as file:
                        outputs = pickle.load(file)
                    right = None
                    if known[begun]:
                        right = outputs is not None and agree(outputs, known[begun][1])
                    results[begun] = (True, right)
            child.wait()
            if begun is not None and begun not in results:
                results[begun] = (False, None)
            left = [i for i in waiting if i not in results]
            if len(left) == len(waiting):
                sys.exit(f"{which} does not run here")
            waiting = left
    return results


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", default=os.path.join(here, "..", "shared"))
    parser.add_argument("--finetune", default=os.path.join(here, ".build", "release", "finetune"))
    parser.add_argument("--list", action="store_true", help="names what is not opened or not right, on standard error")
    arguments = parser.parse_args()
    root = os.path.join(arguments.shared, "checkpoints")
    models = list(whole_models(root))
    known = [reference(path, root, os.path.join(arguments.shared, "golden")) for path in models]
    rows = {"finetune": {}, "keras": {}, "tf_keras": {}}
    for index, path in enumerate(models):
        try:
            opened, why, right = ours(arguments.finetune, path, known[index])
        except subprocess.TimeoutExpired:
            opened, why, right = False, f"no answer in {SECONDS} s", None
        rows["finetune"][index] = (opened, right)
        if arguments.list and (not opened or right is False):
            word = "wrong" if opened else "not opened"
            print(f"{word}: {os.path.relpath(path, root)}: {why}", file=sys.stderr)
    for which in ("keras", "tf_keras"):
        rows[which] = theirs(which, models, known)
    report(models, known, rows, root)


def report(models, known, rows, root):
    def versions():
        import keras
        import tf_keras

        return {"finetune": "finetune", "keras": f"Keras {keras.__version__}", "tf_keras": f"tf_keras {tf_keras.__version__}"}

    titles = versions()
    groups = {}
    for index, path in enumerate(models):
        groups.setdefault(os.path.relpath(path, root).split("/")[0], []).append(index)
    groups["all"] = list(range(len(models)))
    lambdas = [i for i, path in enumerate(models) if "Lambda" in set(classes(config(path)))]
    print("| whole models of | files | with a reference | " + " | ".join(f"{t}: opened, right" for t in titles.values()) + " |")
    print("|---|---|---|" + "---|" * len(titles))
    for name, members in groups.items():
        cells = []
        for which in titles:
            results = [rows[which].get(i, (False, None)) for i in members]
            cells.append(f"{sum(o for o, _ in results)}, {sum(r is True for _, r in results)}")
        references = sum(known[i] is not None for i in members)
        print(f"| {name.replace('_', ' ')} | {len(members)} | {references} | " + " | ".join(cells) + " |")
    by = {}
    for reference_ in known:
        if reference_:
            by[reference_[2]] = by.get(reference_[2], 0) + 1
    words = ", ".join(f"{count} by {'their ' * (whose == 'authors')}{whose}" for whose, count in by.items())
    print(f"\nReferences: {words}. {len(lambdas)} of the files hold a Lambda layer.")


if __name__ == "__main__":
    main()
