import Tensors

/// The shape of an example as a model says it, with nil for a dimension that it leaves open.
package typealias OpenShape = [Int?]

extension Dataset {
    /// The shapes that a model takes, with what it leaves open closed by these data. A channel axis of 1 at the end may
    /// be missing or too many.
    /// - Throws: `FittingError` where what the model does not leave open is something else.
    package func closing(_ shapes: [OpenShape]) throws -> [Shape] {
        guard shapes.count == inputShapes.count else {
            throw FittingError.inputs(model: shapes.count, data: inputShapes.count)
        }
        return try zip(shapes, inputShapes).map { model, data in
            guard model.contains(nil) else { return Shape(model.map { $0 ?? 0 }) }
            var found = data.dimensions
            if found.count + 1 == model.count, (model.last ?? 1) ?? 1 == 1 { found.append(1) }
            if found.count == model.count + 1, found.last == 1 { found.removeLast() }
            let agrees = found.count == model.count && zip(model, found).allSatisfy { $0 == nil && $1 > 0 || $0 == $1 }
            guard agrees else { throw FittingError.open(model: model, data: data) }
            return Shape(found)
        }
    }

    /// This dataset with the shapes a model takes. Only a channel axis of 1 at the end is added or dropped; all else
    /// must agree.
    /// - Throws: `FittingError`.
    package func fitted(to shapes: [Shape]) throws -> any Dataset {
        guard shapes.count == inputShapes.count else {
            throw FittingError.inputs(model: shapes.count, data: inputShapes.count)
        }
        if shapes == inputShapes { return self }
        for (model, data) in zip(shapes, inputShapes) where model != data {
            guard model.dimensions == data.dimensions + [1] || model.dimensions + [1] == data.dimensions else {
                throw FittingError.shape(model: model, data: data)
            }
        }
        return try TransformedDataset(self, perInput: shapes.map { [.reshape($0)] })
    }

    /// A channel axis where the model has one and the data, before their transforms, have not: so that statistics
    /// and resizes see pictures. Shapes of another kind stay as they are.
    package func addingChannelAxis(for shapes: [OpenShape]) throws -> any Dataset {
        let wanted = zip(shapes, inputShapes).map { model, data in
            model.count == 3 && data.rank == 2 && model[2] == 1 ? Shape(data.dimensions + [1]) : data
        }
        guard shapes.count == inputShapes.count, wanted != inputShapes else { return self }
        return try TransformedDataset(self, perInput: wanted.map { [.reshape($0)] })
    }
}

/// Data that a model does not take.
package enum FittingError: DescriptionFault, Hashable, CustomStringConvertible {
    case inputs(model: Int, data: Int)
    case shape(model: Shape, data: Shape)
    case open(model: OpenShape, data: Shape)

    package var description: String {
        switch self {
        case .inputs(let model, let data):
            "the model has \(model) \(model == 1 ? "input" : "inputs"), and the data have \(data)"
        case .shape(let model, let data):
            "the model takes examples of shape \(model), and the data are \(data)" + FittingError.advice(model, data)
        case .open(let model, let data):
            "the model takes examples of shape \(model.words), and the data are \(data)"
        }
    }

    private static func advice(_ model: Shape, _ data: Shape) -> String {
        if model.count == data.count {
            return "; the counts agree, so { \"reshape\": \(model.dimensions) } in \"transforms\" would do"
        }
        let isPicture = model.rank == 3 && (data.rank == 2 || data.rank == 3)
        guard isPicture else { return "" }
        let dataChannels = data.rank == 3 ? data[2] : 1
        if dataChannels != model[2] { return "; it wants \(model[2]) channels, and there are \(dataChannels)" }
        return "; { \"resize\": [\(model[0]), \(model[1])] } in \"transforms\" would make them fit"
    }
}

extension OpenShape {
    /// `(any, any, 3)`, as a closed shape is written.
    package var words: String {
        let parts = map { $0.map(String.init) ?? "any" }
        return parts.count == 1 ? "(\(parts[0]),)" : "(" + parts.joined(separator: ", ") + ")"
    }
}
