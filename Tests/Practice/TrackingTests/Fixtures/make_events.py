#!/usr/bin/env python3
"""Writes events.tfevents with TensorBoard's own messages and record writer: what EventFileTests expects of ours.

    make_events.py            # pip install tensorboard
"""

import os

from google.protobuf import struct_pb2
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

START = 1790000000.125
PNG = bytes([0x89, 0x50, 0x4E, 0x47, 1, 2, 3])


def strings(values):
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=len(values))])
    return tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, tensor_shape=shape, string_val=values)


def metadata(plugin, content=b""):
    data = summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return summary_pb2.SummaryMetadata(plugin_data=data)


def hparams(tag, data):
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, tensor_shape=shape, float_val=[0.0])
    return summary_pb2.Summary.Value(
        tag="_hparams_/" + tag, tensor=tensor, metadata=metadata("hparams", data.SerializeToString()))


def events():
    yield event_pb2.Event(wall_time=START, file_version="brain.Event:2")
    experiment = api_pb2.Experiment(
        time_created_secs=START,
        hparam_infos=[
            api_pb2.HParamInfo(name="seed", type=api_pb2.DATA_TYPE_FLOAT64),
            api_pb2.HParamInfo(name="optimizer", type=api_pb2.DATA_TYPE_STRING),
        ],
        metric_infos=[api_pb2.MetricInfo(name=api_pb2.MetricName(tag="accuracy/validation"))])
    begin = plugin_data_pb2.SessionStartInfo(start_time_secs=START)
    begin.hparams["seed"].CopyFrom(struct_pb2.Value(number_value=42.0))
    end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=START + 2)
    yield event_pb2.Event(
        wall_time=START,
        summary=summary_pb2.Summary(
            value=[
                hparams("experiment", plugin_data_pb2.HParamsPluginData(experiment=experiment)),
                hparams("session_start_info", plugin_data_pb2.HParamsPluginData(session_start_info=begin)),
                summary_pb2.Summary.Value(
                    tag="recipe", tensor=strings(['    { "name": "Ü" }'.encode()]), metadata=metadata("text")),
            ]))
    histogram = summary_pb2.HistogramProto(
        min=-1.0, max=2.0, num=4.0, sum=2.5, sum_squares=5.25 + 1.0,
        bucket_limit=[-1.0 + 0.1 * k for k in range(1, 30)] + [2.0],
        bucket=[float((k == 0) + (k == 15) + (k == 20) + (k == 29)) for k in range(30)])
    yield event_pb2.Event(
        wall_time=START + 1, step=300,
        summary=summary_pb2.Summary(
            value=[
                summary_pb2.Summary.Value(tag="loss/training", simple_value=0.25),
                summary_pb2.Summary.Value(tag="loss/validation", simple_value=0.0),
                summary_pb2.Summary.Value(tag="weights/a.kernel", histo=histogram),
                summary_pb2.Summary.Value(
                    tag="training examples", tensor=strings([b"3", b"2", PNG, PNG]),
                    metadata=metadata("images")),
                hparams("session_end_info", plugin_data_pb2.HParamsPluginData(session_end_info=end)),
            ]))


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "events.tfevents")
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for event in events():
            writer.write(event.SerializeToString(deterministic=True))
        writer.flush()
    print(os.path.getsize(path), "bytes")
