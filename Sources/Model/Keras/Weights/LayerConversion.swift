import Checkpoints
import JSON
import Layers
import Tensors

/// Where the weights of a file come from, as far as it changes what their numbers mean.
struct WeightOrigin: Hashable, Sendable {
    /// Keras 1 kept kernels in the order of the dimensions, and convolutions of one dimension as of two.
    var isKeras1 = false
    /// Theano turns the kernel of a convolution around; the others do not.
    var turnsKernels = false
}

/// What the tensors of one layer have to go through: decided for all of them together, because one (the bias of an
/// LSTM) can tell what the others are.
struct LayerConversion {
    private let className: String
    private let settings: JSON
    private let origin: WeightOrigin

    init(_ layer: LayerSpecification?, origin: WeightOrigin) {
        className = layer?.className ?? ""
        settings = layer?.config ?? [:]
        self.origin = origin
    }

    /// - Returns: per pair what to do; nil where nothing known makes one of the other.
    func conversions(_ pairs: [(spec: ParameterSpec, weight: StoredWeight)]) -> [WeightConversion?] {
        let layout = recurrentLayout(pairs)
        return pairs.map { spec, weight in
            guard weight.isConsistent else { return nil }
            return recurrent(spec, weight, layout) ?? convolution(spec, weight) ?? plain(spec, weight)
        }
    }

    // MARK: Plain

    private func plain(_ spec: ParameterSpec, _ weight: StoredWeight) -> WeightConversion? {
        let conversion = WeightConversion(shape: spec.shape, reason: weight.note)
        if weight.shape == spec.shape { return conversion }
        return isReshaping(spec, weight.shape) ? conversion : nil
    }

    /// Extents of one come and go; a depthwise kernel (h, w, channels, multiplier) is, byte for byte, a grouped one
    /// (h, w, 1, channels · multiplier).
    private func isReshaping(_ spec: ParameterSpec, _ stored: Shape) -> Bool {
        guard stored.count == spec.shape.count else { return false }
        if stored.dimensions.filter({ $0 != 1 }) == spec.shape.dimensions.filter({ $0 != 1 }) {
            return origin.isKeras1 || spec.name != "kernel"
        }
        return spec.name == "depthwise_kernel" && stored.rank == spec.shape.rank && stored.rank > 2
            && stored.dimensions.prefix(stored.rank - 2) == spec.shape.dimensions.prefix(stored.rank - 2)
            && (stored[-2] == 1 || spec.shape[-2] == 1)
    }

    // MARK: Convolutions

    private static let convolutions: Set<String> = [
        "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "SeparableConv1D",
        "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
    ]

    private func convolution(_ spec: ParameterSpec, _ weight: StoredWeight) -> WeightConversion? {
        let isKernel = spec.name.hasSuffix("kernel") && spec.shape.rank > 2
        guard LayerConversion.convolutions.contains(className) || className.isEmpty, isKernel else { return nil }
        let spatial = spec.shape.rank - 2
        let permutation = permutation(spec, weight, spatial: spatial)
        guard permutation != nil || weight.shape == spec.shape || origin.isKeras1 else { return nil }
        var conversion = WeightConversion(shape: spec.shape)
        conversion.permutation = permutation ?? []
        let stored = weight.parts.map { conversion.permuted($0.shape) }
        // Equal but for their last extents once they are turned, too.
        guard stored.allSatisfy({ $0.dimensions.dropLast() == stored[0].dimensions.dropLast() }),
            LayerConversion.joined(stored) == spec.shape.dimensions.filter({ $0 != 1 })
        else { return nil }
        var reasons = weight.note.isEmpty ? [] : [weight.note]
        if permutation != nil {
            reasons.append("stored as \(weight.parts[0].shape) in another order of dimensions")
        }
        if origin.turnsKernels, spec.name != "pointwise_kernel" {
            // Keras 1's convolutions of one dimension had another of extent one behind the first.
            conversion.flipped = Array(0..<min(spatial, stored[0].rank))
            reasons.append("turned around, as Theano convolves")
        }
        conversion.reason = reasons.joined(separator: "; ")
        return conversion.isPlain && weight.parts.count == 1 ? nil : conversion
    }

    private static func joined(_ shapes: [Shape]) -> [Int] {
        guard let first = shapes.first, first.rank > 0 else { return [] }
        let width = shapes.reduce(0) { $0 + ($1.dimensions.last ?? 0) }
        return (first.dimensions.dropLast() + [width]).filter { $0 != 1 }
    }

    /// Which stored axis becomes each of the kernel's (spatial…, in, out); nil where they are in order already.
    private func permutation(_ spec: ParameterSpec, _ weight: StoredWeight, spatial: Int) -> [Int]? {
        let rank = weight.parts[0].shape.rank
        let isFirst = settings["data_format"] == "channels_first"
        // (out, in, spatial…) → (spatial…, in, out)
        let turned = Array(2..<max(rank, 2)) + [1, 0]
        guard rank >= 3 else { return nil }
        if origin.isKeras1 {
            switch className {
            case "Conv1D":
                // (length, 1, in, out); before 1.1 (out, in, length, 1).
                let (stored, wanted) = (weight.parts[0].shape.dimensions, spec.shape.dimensions)
                guard rank == 4, stored[0] != wanted[0] || stored[1] != 1 || stored[3] != wanted[2] else { return nil }
                return turned
            case "Conv2DTranspose", "Conv3DTranspose":
                // (spatial…, in, out), or (out, in, spatial…), where the kernel here is (spatial…, out, in).
                return isFirst ? Array(2..<rank) + [0, 1] : Array(0..<rank - 2) + [rank - 1, rank - 2]
            case "": break
            default: return isFirst ? turned : nil
            }
        }
        let stored = weight.parts[0].shape
        guard weight.parts.count == 1, stored != spec.shape, rank == spec.shape.rank else { return nil }
        return Shape(turned.map { stored.dimensions[$0] }) == spec.shape ? turned : nil
    }

    // MARK: Recurrent layers

    private enum Layout: Equatable {
        case same
        case fromCuDNN(gates: Int)
        case toCuDNN(gates: Int)
        case unlike
    }

    private static let gates = ["LSTM": 4, "CuDNNLSTM": 4, "LSTMCell": 4, "GRU": 3, "CuDNNGRU": 3, "GRUCell": 3]

    /// cuDNN's layers keep two biases for every unit and gate, one behind the other, and their kernels transposed.
    private func recurrentLayout(_ pairs: [(spec: ParameterSpec, weight: StoredWeight)]) -> Layout {
        guard let gates = LayerConversion.gates[className],
            let bias = pairs.first(where: { $0.spec.name == "bias" }),
            let recurrent = pairs.first(where: { $0.spec.name == "recurrent_kernel" }),
            let units = recurrent.spec.shape.dimensions.first
        else { return .same }
        let (stored, wanted) = (bias.weight.shape, bias.spec.shape)
        if stored == wanted { return .same }
        let double = Shape([2 * gates * units])
        let plain: Shape = gates == 4 ? Shape([gates * units]) : Shape([2, gates * units])
        if stored == double, wanted == plain { return .fromCuDNN(gates: gates) }
        if wanted == double, stored == plain { return .toCuDNN(gates: gates) }
        return .unlike
    }

    private func recurrent(
        _ spec: ParameterSpec, _ weight: StoredWeight, _ layout: Layout
    ) -> WeightConversion? {
        let isFrom: Bool
        let gates: Int
        switch layout {
        case .same, .unlike: return nil
        case .fromCuDNN(let count): (isFrom, gates) = (true, count)
        case .toCuDNN(let count): (isFrom, gates) = (false, count)
        }
        var conversion = WeightConversion(
            shape: spec.shape, reason: isFrom ? "converted from cuDNN's layout" : "converted to cuDNN's layout")
        switch spec.name {
        case "kernel": conversion.whole = .cuDNNKernel(gates: gates, isFrom: isFrom)
        case "recurrent_kernel": conversion.whole = .transposedGates(gates)
        case "bias" where gates == 4: conversion.whole = isFrom ? .summedHalves : .doubledHalves
        case "bias": break
        default: return nil
        }
        guard spec.name == "bias" || weight.shape == spec.shape else { return nil }
        return conversion
    }
}
