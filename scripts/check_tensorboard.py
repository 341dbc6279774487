#!/usr/bin/env python3
"""Opens a run's event file with TensorBoard's own reader and holds it against the run's metrics.csv.

    check_tensorboard.py RUN_DIR …

Scalars must be those of metrics.csv, at its steps and none twice; histograms, pictures, texts and the table of
hyperparameters must be what TensorBoard's dashboards can show. Exits with status 1 where anything is not.
Needs: pip install tensorboard (a throwaway virtual environment will do).
"""

import csv
import io
import json
import logging
import os
import sys

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing import event_file_loader, plugin_event_multiplexer
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import backend_context, get_experiment, list_session_groups
from tensorboard.plugins.hparams import api_pb2
from tensorboard.util import tensor_util
from tensorboard import context as tb_context

failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("  WRONG: " + what)


def tag_of(column):
    if column == "train_loss":
        return "loss/training"
    if column == "learning_rate":
        return column
    return column[4:] + "/validation" if column.startswith("val_") else column + "/training"


def scalars(accumulator, tag):
    return [(e.step, float(tensor_util.make_ndarray(e.tensor_proto))) for e in accumulator.Tensors(tag)]


def check_run(folder):
    board = os.path.join(folder, "tensorboard")
    files = [name for name in os.listdir(board) if "tfevents" in name]
    check(len(files) == 1, f"one event file, found {files}")
    raw = list(event_file_loader.RawEventFileLoader(os.path.join(board, files[0])).Load())
    check(len(raw) > 2, "records")
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={}, tensor_size_guidance={name: 0 for name in ["scalars", "images", "text", "hparams", "histograms"]})
    multiplexer.AddRun(board, "run")
    multiplexer.Reload()
    accumulator = multiplexer.GetAccumulator("run")
    tags = accumulator.Tags()["tensors"]
    with open(os.path.join(folder, "metrics.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    points = 0
    for column in rows[0] if rows else []:
        if column in {"step", "epoch", "phase"}:
            continue
        expected = [(int(row["step"]), float(row[column])) for row in rows if row[column] != ""]
        if not expected:
            continue
        tag = tag_of(column)
        check(tag in tags, f"the tag {tag}")
        if tag not in tags:
            continue
        found = scalars(accumulator, tag)
        check([step for step, _ in found] == [step for step, _ in expected], f"steps of {tag}")
        check(np.allclose([v for _, v in found], [v for _, v in expected], rtol=1e-6, equal_nan=True), f"values of {tag}")
        points += len(found)
    metadata = {tag: accumulator.SummaryMetadata(tag).plugin_data.plugin_name for tag in tags}
    for tag in tags:
        steps = [event.step for event in accumulator.Tensors(tag)]
        check(steps == sorted(steps), f"{tag} goes back")
        check(len(steps) == len(set(steps)), f"{tag} has a step twice")
    histograms = [tag for tag, plugin in metadata.items() if plugin == "histograms"]
    for tag in histograms:
        for event in accumulator.Tensors(tag):
            buckets = tensor_util.make_ndarray(event.tensor_proto)
            check(buckets.ndim == 2 and buckets.shape[1] == 3 and buckets[:, 2].sum() > 0, f"buckets of {tag}")
            check((buckets[:, 0] <= buckets[:, 1]).all(), f"edges of {tag}")
    images = [tag for tag, plugin in metadata.items() if plugin == "images"]
    for tag in images:
        for event in accumulator.Tensors(tag):
            width, height, *pictures = tensor_util.make_ndarray(event.tensor_proto)
            for picture in pictures:
                image = Image.open(io.BytesIO(picture))
                image.load()
                check(image.size == (int(width), int(height)), f"the size of {tag}")
    with open(os.path.join(folder, "recipe.json")) as file:
        recipe = json.load(file)
    text = tensor_util.make_ndarray(accumulator.Tensors("recipe")[0].tensor_proto)[0].decode()
    check(json.loads("\n".join(line[4:] for line in text.split("\n"))) == recipe, "the recipe as text")
    provider = MultiplexerDataProvider(multiplexer, board)
    context = backend_context.Context(base_plugin.TBContext(data_provider=provider, multiplexer=multiplexer))
    request = tb_context.RequestContext()
    experiment = get_experiment.Handler(
        request, context, "", api_pb2.GetExperimentRequest()).run()
    names = [info.name for info in experiment.hparam_infos]
    check("seed" in names and "batch_size" in names, f"columns of hyperparameters, found {names}")
    columns = [
        api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos]
    groups = list_session_groups.Handler(
        request, context, "", api_pb2.ListSessionGroupsRequest(
            start_index=0, slice_size=10, allowed_statuses=[1, 2, 3, 0], col_params=columns)).run()
    check(len(groups.session_groups) == 1, "one session")
    if groups.session_groups:
        group = groups.session_groups[0]
        check(group.hparams["seed"].number_value == recipe["seed"], "the seed in the table")
        found = {value.name.tag: value.value for value in group.metric_values}
        check(bool(found), "scores in the table")
    print(
        f"  {len(raw)} records, {len(tags)} tags, {points} points of metrics.csv, {len(histograms)} histograms, "
        f"{len(images)} kinds of pictures, {len(names)} hyperparameters")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    logging.disable(logging.WARNING)
    for run in sys.argv[1:]:
        print(run)
        check_run(run)
    print("everything is right" if not failures else f"{len(failures)} things are wrong")
    sys.exit(1 if failures else 0)
