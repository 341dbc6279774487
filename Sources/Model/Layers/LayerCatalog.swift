import JSON

/// From a class name to a layer: the classes there are.
package enum LayerCatalog {
    private static let types = core + spatial + sequences + normalization + regularization

    private static let core: [any Layer.Type] = [
        Dense.self, ActivationLayer.self, ReLU.self, LeakyReLU.self, PReLU.self, ELU.self, ThresholdedReLU.self,
        SoftmaxLayer.self, Flatten.self, Reshape.self, Permute.self, RepeatVector.self, Add.self, Subtract.self,
        Multiply.self, Average.self, Maximum.self, Minimum.self, Concatenate.self, Dot.self,
    ]

    private static let spatial: [any Layer.Type] = [
        Conv2D.self, DepthwiseConv2D.self, SeparableConv2D.self, MaxPooling2D.self, AveragePooling2D.self,
        GlobalAveragePooling2D.self, GlobalMaxPooling2D.self, ZeroPadding2D.self,
    ]

    private static let sequences: [any Layer.Type] = []

    private static let normalization: [any Layer.Type] = [
        BatchNormalization.self, LayerNormalization.self, GroupNormalization.self, UnitNormalization.self,
        RMSNormalization.self,
    ]

    private static let regularization: [any Layer.Type] = [Dropout.self, ActivityRegularization.self]

    private static let byName = Dictionary(uniqueKeysWithValues: types.map { ($0.className, $0) })

    /// The class names there are, sorted. `InputLayer` and models inside models are the model's own business.
    package static var classNames: [String] { (types.map { $0.className } + ["InputLayer"]).sorted() }

    /// - Throws: `UnknownLayerError`, or `LayerError` for a setting that is unknown or cannot be.
    package static func make(_ specification: LayerSpecification, generation: KerasGeneration) throws -> any Layer {
        guard let type = byName[specification.className] else {
            throw UnknownLayerError(
                layer: specification.name, className: specification.className, known: classNames)
        }
        var config = LayerConfig(specification, generation: generation)
        let layer = try type.init(&config)
        try config.finish()
        return layer
    }
}
