import Tensors

extension Pass {
    /// Takes zeros around a value into the padding of the convolutions that read it, and a crop of a convolution's input
    /// gradient likewise, so that the wider value is neither written nor kept. The sums are the same but for zeros.
    ///
    /// Only where all that read the padded value are convolutions and their kernels' gradients, and where every window
    /// keeps a place inside: libraries have no fast way beyond that.
    package static let paddingFolding = Pass(name: "folding of padding") { graph in
        let folded = graph.foldedPaddings()
        let uses = graph.useCounts()
        return graph.rewriting { index, node, inputs, builder, moved in
            switch node.op {
            case .convolution(let geometry, let hasBias, let activation):
                guard let padding = folded[node.inputs[0].node] else { return nil }
                let op = Op.convolution(geometry.widened(by: padding), hasBias: hasBias, activation: activation)
                return [builder.emit(op, [moved(graph.nodes[node.inputs[0].node].inputs[0])] + inputs.dropFirst())]
            case .convolutionKernelGradient(let geometry, let hasBias):
                guard let padding = folded[node.inputs[0].node] else { return nil }
                let op = Op.convolutionKernelGradient(geometry.widened(by: padding), hasBias: hasBias)
                return builder.emitAll(op, [moved(graph.nodes[node.inputs[0].node].inputs[0]), inputs[1]])
            case .slice:
                let gradient = node.inputs[0]
                guard uses[gradient] == 1, let geometry = graph.geometryCropped(by: node) else { return nil }
                return [builder.emit(.convolutionInputGradient(geometry), graph.nodes[gradient.node].inputs.map(moved))]
            default: return nil
            }
        }
    }
}

/// Zeros before and after each spatial axis.
private struct SpatialPadding {
    var before: [Int]
    var after: [Int]
}

extension ConvolutionGeometry {
    /// The same convolution of the value without these zeros around it.
    fileprivate func widened(by padding: SpatialPadding) -> ConvolutionGeometry {
        var geometry = self
        for axis in input.indices {
            geometry.input[axis] -= padding.before[axis] + padding.after[axis]
            geometry.paddingBefore[axis] += padding.before[axis]
            geometry.paddingAfter[axis] += padding.after[axis]
        }
        return geometry
    }

    /// Whether a window that begins or ends in the padding has a place outside of it.
    fileprivate var windowsReachInside: Bool {
        input.indices.allSatisfy { axis in
            let extent = (kernel[axis] - 1) * dilations[axis] + 1
            return input[axis] > 0 && max(paddingBefore[axis], paddingAfter[axis]) < extent
        }
    }
}

extension Graph {
    /// The padding nodes that can go, with what each puts around its value.
    fileprivate func foldedPaddings() -> [Int: SpatialPadding] {
        var folded: [Int: SpatialPadding] = [:]
        for (index, node) in nodes.enumerated() {
            guard case .pad(let before, let after, let interior) = node.op, interior.allSatisfy({ $0 == 0 }),
                before.count > 2, [before[0], after[0], before.last, after.last].allSatisfy({ $0 == 0 })
            else { continue }
            folded[index] = SpatialPadding(
                before: Array(before.dropFirst().dropLast()), after: Array(after.dropFirst().dropLast()))
        }
        for node in nodes {
            for (place, input) in node.inputs.enumerated() {
                guard let padding = folded[input.node] else { continue }
                switch node.op {
                case .convolution(let geometry, _, _) where place == 0,
                    .convolutionKernelGradient(let geometry, _) where place == 0:
                    if geometry.widened(by: padding).windowsReachInside { continue }
                default: break
                }
                folded[input.node] = nil
            }
        }
        for output in outputs { folded[output.value.node] = nil }
        return folded
    }

    /// The geometry of the input gradient that a slice reads, of which it takes a box without steps; else nil.
    fileprivate func geometryCropped(by slice: Node) -> ConvolutionGeometry? {
        guard case .slice(let starts, let sizes, let strides) = slice.op, strides.allSatisfy({ $0 == 1 }),
            case .convolutionInputGradient(let geometry) = nodes[slice.inputs[0].node].op,
            sizes.first == geometry.batch, sizes.last == geometry.inputChannels
        else { return nil }
        let padding = SpatialPadding(
            before: Array(starts.dropFirst().dropLast()),
            after: geometry.input.indices.map { geometry.input[$0] - starts[$0 + 1] - sizes[$0 + 1] })
        let cropped = geometry.widened(by: padding)
        return cropped.windowsReachInside ? cropped : nil
    }
}
