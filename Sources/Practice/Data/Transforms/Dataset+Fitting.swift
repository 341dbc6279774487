import Tensors

extension Dataset {
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
    package func addingChannelAxis(for shapes: [Shape]) throws -> any Dataset {
        let wanted = zip(shapes, inputShapes).map { model, data in
            model.rank == 3 && data.rank == 2 && model[2] == 1 ? Shape(data.dimensions + [1]) : data
        }
        guard shapes.count == inputShapes.count, wanted != inputShapes else { return self }
        return try TransformedDataset(self, perInput: wanted.map { [.reshape($0)] })
    }
}

/// Data that a model does not take.
package enum FittingError: DescriptionFault, Hashable, CustomStringConvertible {
    case inputs(model: Int, data: Int)
    case shape(model: Shape, data: Shape)

    package var description: String {
        switch self {
        case .inputs(let model, let data):
            "the model has \(model) \(model == 1 ? "input" : "inputs"), and the data have \(data)"
        case .shape(let model, let data):
            "the model takes examples of shape \(model), and the data are \(data)" + FittingError.advice(model, data)
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
