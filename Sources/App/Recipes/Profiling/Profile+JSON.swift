import JSON
import OrderedCollections
import Training

extension Profile {
    /// Seconds, floating-point operations, bytes and their rates a second, as numbers.
    var json: JSON {
        [
            "recipe": .string(name), "phase": .string(training.phase), "steps": .integer(training.steps),
            "warm_up_steps": .integer(training.warmUp), "batch_size": .integer(training.batchSize),
            "batches_per_step": .integer(training.batchesPerStep),
            "steps_per_epoch": .integer(training.stepsPerEpoch), "threads": .integer(threads),
            "peak": [
                "product_flops_per_second": .finite(peaks.product),
                "convolution_flops_per_second": .finite(peaks.convolution),
                "bytes_per_second": .finite(peaks.bandwidth),
                "bfloat16": peaks.reduced.map {
                    [
                        "product_flops_per_second": .finite($0.product),
                        "convolution_flops_per_second": .finite($0.convolution),
                    ]
                } ?? .null,
            ],
            "precision": .string(training.precision.rawValue),
            "step": [
                "seconds": .finite(training.seconds), "shortest": .finite(training.range.lowerBound),
                "longest": .finite(training.range.upperBound), "waiting_for_data": .finite(training.waiting),
            ],
            "passes": .array((passes + [update]).map { json(of: $0) }),
            "operations": .array(operations.map { json(of: $0) }),
            "layers": .array(layers.map { json(of: $0) }),
            "nodes": .array(items.map { json(of: $0) }),
            "evaluation": training.evaluation.map { json(of: $0) } ?? .null,
            "snapshot": ["seconds_without_disk": .finite(training.snapshot)],
        ]
    }

    private func json(of group: Group) -> JSON {
        let seconds = max(group.seconds, 1e-12)
        return [
            "name": .string(group.name), "forward_seconds": .finite(group.forward),
            "backward_seconds": .finite(group.backward), "seconds": .finite(group.seconds),
            "flops": .integer(group.flops), "bytes": .integer(group.bytes),
            "flops_per_second": .finite(Double(group.flops) / seconds),
            "bytes_per_second": .finite(Double(group.bytes) / seconds), "floor_seconds": .finite(group.floor),
            "share_of_peak": group.share.map(JSON.finite) ?? .null,
        ]
    }

    private func json(of item: TrainingProfile.Item) -> JSON {
        [
            "layer": .string(item.layer.description), "operation": .string(item.operation),
            "pass": .string(item.isBackward ? "backward" : "forward"), "bound": .string(item.bound.rawValue),
            "precision": .string(item.precision.rawValue), "seconds": .finite(item.seconds),
            "flops": .integer(item.flops), "bytes": .integer(item.bytes),
            "floor_seconds": .finite(peaks.floor(of: item)),
        ]
    }

    private func json(of evaluation: TrainingProfile.Evaluation) -> JSON {
        [
            "examples": .integer(evaluation.examples), "all_examples": .integer(evaluation.allExamples),
            "seconds": .finite(evaluation.seconds), "waiting_for_data": .finite(evaluation.waiting),
            "operations": .array(evaluated.map { json(of: $0) }),
        ]
    }
}
