import JSON

/// From a class name to a layer: the classes there are.
package enum LayerCatalog {
    private static let types = core + spatial + images + sequences + normalization + regularization

    private static let core: [any Layer.Type] = [
        Dense.self, ActivationLayer.self, ReLU.self, LeakyReLU.self, PReLU.self, ELU.self, ThresholdedReLU.self,
        SoftmaxLayer.self, Identity.self, Flatten.self, Reshape.self, Permute.self, RepeatVector.self, Add.self,
        Subtract.self,
        Multiply.self, Average.self, Maximum.self, Minimum.self, Concatenate.self, Dot.self,
        TensorOperation.self, SlicingOperation.self, Rescaling.self, Attention.self, AdditiveAttention.self,
        MultiHeadAttention.self, GroupedQueryAttention.self,
        LambdaLayer.self,
    ]

    private static let spatial: [any Layer.Type] = [
        Convolution<Spatial1D>.self, Convolution<Spatial2D>.self, Convolution<Spatial3D>.self,
        TransposedConvolution<Spatial1D>.self, TransposedConvolution<Spatial2D>.self,
        TransposedConvolution<Spatial3D>.self,
        DepthwiseConvolution<Spatial1D>.self, DepthwiseConvolution<Spatial2D>.self,
        SeparableConvolution<Spatial1D>.self, SeparableConvolution<Spatial2D>.self,
        LocallyConnected<Spatial1D>.self, LocallyConnected<Spatial2D>.self, MaxPooling<Spatial1D>.self,
        MaxPooling<Spatial2D>.self, MaxPooling<Spatial3D>.self,
        AveragePooling<Spatial1D>.self, AveragePooling<Spatial2D>.self, AveragePooling<Spatial3D>.self,
        GlobalAveragePooling<Spatial1D>.self, GlobalAveragePooling<Spatial2D>.self,
        GlobalAveragePooling<Spatial3D>.self,
        GlobalMaxPooling<Spatial1D>.self, GlobalMaxPooling<Spatial2D>.self, GlobalMaxPooling<Spatial3D>.self,
        ZeroPadding<Spatial1D>.self, ZeroPadding<Spatial2D>.self, ZeroPadding<Spatial3D>.self,
        Cropping<Spatial1D>.self, Cropping<Spatial2D>.self, Cropping<Spatial3D>.self,
    ]

    private static let images: [any Layer.Type] = [
        UpSampling<Spatial1D>.self, UpSampling<Spatial2D>.self, UpSampling<Spatial3D>.self, Resizing.self,
        CenterCrop.self, RandomCrop.self, RandomFlip.self, RandomRotation.self, RandomZoom.self,
        RandomTranslation.self, RandomContrast.self, RandomBrightness.self, RandomGrayscale.self,
        RandomExtent<Vertically>.self, RandomExtent<Horizontally>.self,
        InferenceImages<ImageAugmentations.Saturation>.self, InferenceImages<ImageAugmentations.Hue>.self,
        InferenceImages<ImageAugmentations.Sharpness>.self,
        InferenceImages<ImageAugmentations.ColorDegeneration>.self,
        InferenceImages<ImageAugmentations.ColorJitter>.self,
        InferenceImages<ImageAugmentations.Posterization>.self, InferenceImages<ImageAugmentations.Shear>.self,
        InferenceImages<ImageAugmentations.Perspective>.self,
    ]

    private static let sequences: [any Layer.Type] = [
        Embedding.self, Masking.self, SimpleRNN.self, LSTM.self, GRU.self, CuDNNLSTM.self, CuDNNGRU.self, RNN.self,
        ConvLSTM<Spatial1D>.self, ConvLSTM<Spatial2D>.self, ConvLSTM<Spatial3D>.self, Bidirectional.self,
        TimeDistributed.self, TimeDistributedDense.self,
    ]

    private static let normalization: [any Layer.Type] = [
        BatchNormalization.self, LayerNormalization.self, GroupNormalization.self, UnitNormalization.self,
        RMSNormalization.self, Normalization.self,
    ]

    private static let regularization: [any Layer.Type] = [
        Dropout.self, SpatialDropout<Spatial1D>.self, SpatialDropout<Spatial2D>.self, SpatialDropout<Spatial3D>.self,
        GaussianNoise.self, GaussianDropout.self, AlphaDropout.self, ActivityRegularization.self,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: types.map { ($0.className, $0) })

    /// The class names there are, sorted. `InputLayer` and models inside models are the model's own business.
    package static var classNames: [String] { (types.map { $0.className } + ["InputLayer"]).sorted() }

    /// - Parameters:
    ///   - models: makes the models that stand inside wrappers.
    ///   - lambdas: what Lambda layers compute, by their names.
    /// - Throws: `UnknownLayerError`, or `LayerError` for a setting that is unknown or cannot be.
    package static func make(
        _ specification: LayerSpecification, generation: KerasGeneration, models: ModelReader? = nil,
        lambdas: [String: String] = [:]
    ) throws -> any Layer {
        guard let type = byName[specification.className] else {
            throw UnknownLayerError(
                layer: specification.name, className: specification.className, known: classNames)
        }
        var config = LayerConfig(specification, generation: generation, models: models, lambdas: lambdas)
        let layer = try type.init(&config)
        try config.finish()
        return layer
    }
}
