import Checkpoints
import Data
import JSON
import OrderedCollections
import Tensors

extension Inspection {
    /// As the contract says. What is not known is null; open dimensions and the batch are null.
    var json: JSON {
        var result: OrderedDictionary<String, JSON> = ["format": .string(format.rawValue)]
        if let kerasVersion { result["keras_version"] = .string(kerasVersion) }
        if let backend { result["backend"] = .string(backend) }
        if let modelName { result["name"] = .string(modelName) }
        result["parameters"] = parameters.map { .integer($0) } ?? .null
        result["trainable_parameters"] = trainableParameters.map { .integer($0) } ?? .null
        if !inputs.isEmpty { result["inputs"] = .array(inputs.map(\.json)) }
        if !outputs.isEmpty { result["outputs"] = .array(outputs.map(\.json)) }
        result["layers"] = .array(layers.filter { !$0.isModel || !$0.parameters.isEmpty }.map(\.json))
        result["dtypes"] = .object(
            OrderedDictionary(uniqueKeysWithValues: typeCounts.map { ($0.type.rawValue, .integer($0.elements)) }))
        if let loss = training?.loss { result["loss"] = loss }
        if let metrics = training?.metrics { result["metrics"] = metrics }
        if let optimizer = training?.optimizer {
            result["optimizer"] = .string(optimizer)
            result["optimizer_config"] = training?.optimizerSettings ?? [:]
        }
        result["optimizer_tensors"] = .integer(optimizerTensors.count)
        if let notes { result["notes"] = notes }
        if !problems.isEmpty {
            result["problem"] = .string(problems.joined(separator: "; "))
            result["problems"] = .array(problems.map { .string($0) })
        }
        if !remarks.isEmpty { result["warnings"] = .array(remarks.map { .string($0) }) }
        result["tensors"] = .array(
            tensors.map { tensor in
                [
                    "name": .string(tensor.name), "shape": Inspection.json(tensor.shape),
                    "dtype": .string(tensor.dataType.rawValue),
                ]
            })
        return .object(result)
    }

    static func json(_ shape: Shape) -> JSON { .array(shape.dimensions.map { .integer($0) }) }

    /// With the batch in front.
    fileprivate static func json(_ shape: OpenShape) -> JSON {
        .array([.null] + shape.map { $0.map { .integer($0) } ?? .null })
    }

    /// How many numbers of the weights are stored as what, the most frequent first.
    var typeCounts: [(type: DataType, elements: Int)] {
        var counts: OrderedDictionary<DataType, Int> = [:]
        for tensor in weightTensors { counts[tensor.dataType, default: 0] += tensor.shape.count }
        return counts.map { (type: $0.key, elements: $0.value) }.sorted { $0.elements > $1.elements }
    }
}

extension Inspection.Port {
    fileprivate var json: JSON { ["name": .string(name), "shape": Inspection.json(shape)] }
}

extension Inspection.Layer {
    fileprivate var json: JSON {
        var result: OrderedDictionary<String, JSON> = [
            "path": .string(path), "class": className.map { .string($0) } ?? .null,
            "output_shape": outputShapes?.first.map { Inspection.json($0) } ?? .null,
        ]
        if let outputShapes, outputShapes.count > 1 {
            result["output_shapes"] = .array(outputShapes.map { Inspection.json($0) })
        }
        result["trainable"] = .bool(isTrainable)
        result["parameters"] = .array(parameters.map(\.json))
        return .object(result)
    }
}

extension Inspection.Parameter {
    fileprivate var json: JSON {
        var result: OrderedDictionary<String, JSON> = [
            "path": .string(path), "stored": stored.map { .string($0) } ?? .null, "shape": Inspection.json(shape),
            "dtype": dataType.map { .string($0.rawValue) } ?? .null,
        ]
        if let storedShape, storedShape != shape { result["stored_shape"] = Inspection.json(storedShape) }
        return .object(result)
    }
}
