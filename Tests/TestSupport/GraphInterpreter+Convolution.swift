import Graph
import Tensors

extension GraphInterpreter {
    /// A convolution is trilinear: every product of an input, a kernel and an output element that the geometry joins.
    /// The forward pass and both gradients are the three ways to sum it up.
    func convolution(_ op: Op, _ inputs: [DoubleArray]) -> [[Double]] {
        switch op {
        case .convolution(let geometry, let hasBias, let activation):
            var y = zeros(geometry.outputShape)
            geometry.forEachTap { x, kernel, output in
                y[output] += inputs[0].values[x] * inputs[1].values[kernel]
            }
            for index in y.indices {
                if hasBias { y[index] += inputs[2].values[index % geometry.outputChannels] }
                if let activation { y[index] = activation(y[index]) }
            }
            return [y]
        case .convolutionInputGradient(let geometry):
            var dx = zeros(geometry.inputShape)
            geometry.forEachTap { x, kernel, output in
                dx[x] += inputs[0].values[output] * inputs[1].values[kernel]
            }
            return [dx]
        case .convolutionKernelGradient(let geometry, let hasBias):
            var dKernel = zeros(geometry.kernelShape)
            geometry.forEachTap { x, kernel, output in
                dKernel[kernel] += inputs[0].values[x] * inputs[1].values[output]
            }
            guard hasBias else { return [dKernel] }
            var dBias = [Double](repeating: 0, count: geometry.outputChannels)
            for (index, dy) in inputs[1].values.enumerated() { dBias[index % geometry.outputChannels] += dy }
            return [dKernel, dBias]
        default: preconditionFailure("\(op.name) is not a convolution")
        }
    }

    private func zeros(_ shape: Shape) -> [Double] { Array(repeating: 0, count: shape.count) }

    /// Average: the mean over the places that lie inside the input. Maximum: the first of the largest; its place within
    /// the window is the index.
    func pooling(_ op: Op, _ inputs: [DoubleArray]) -> [[Double]] {
        switch op {
        case .pooling(.maximum, let geometry, let keepsIndices):
            var y = [Double](repeating: -.infinity, count: geometry.outputShape.count)
            var winners = zeros(geometry.outputShape)
            geometry.forEachPlace { x, output, place in
                guard inputs[0].values[x] > y[output] else { return }
                y[output] = inputs[0].values[x]
                winners[output] = Double(place)
            }
            return keepsIndices ? [y, winners] : [y]
        case .pooling(.average, let geometry, let keepsIndices):
            var (sums, counts) = (zeros(geometry.outputShape), zeros(geometry.outputShape))
            geometry.forEachPlace { x, output, _ in
                sums[output] += inputs[0].values[x]
                counts[output] += 1
            }
            let means = zip(sums, counts).map { $0 / $1 }
            return keepsIndices ? [means, zeros(geometry.outputShape)] : [means]
        case .poolingGradient(let mode, let geometry):
            var counts = zeros(geometry.outputShape)
            geometry.forEachPlace { _, output, _ in counts[output] += 1 }
            var dx = zeros(geometry.inputShape)
            geometry.forEachPlace { x, output, place in
                switch mode {
                case .maximum: if Int(inputs[1].values[output]) == place { dx[x] += inputs[0].values[output] }
                case .average: dx[x] += inputs[0].values[output] / counts[output]
                }
            }
            return [dx]
        default: preconditionFailure("\(op.name) is not pooling")
        }
    }
}

/// The input coordinates a window place falls on, nil in the padding.
private func source(
    _ output: [Int], _ place: [Int], input: [Int], strides: [Int], dilations: [Int], before: [Int]
) -> [Int]? {
    var result: [Int] = []
    for axis in output.indices {
        let coordinate = output[axis] * strides[axis] - before[axis] + place[axis] * dilations[axis]
        guard (0..<input[axis]).contains(coordinate) else { return nil }
        result.append(coordinate)
    }
    return result
}

extension ConvolutionGeometry {
    /// Calls `body` with the positions in x, kernel and y of every product.
    fileprivate func forEachTap(_ body: (Int, Int, Int) -> Void) {
        let (groupIn, groupOut) = (inputChannels / groups, outputChannels / groups)
        let (inputGrid, outputGrid, kernelGrid) = (Shape(input), Shape(output), Shape(kernel))
        outputGrid.forEachIndex { o in
            kernelGrid.forEachIndex { p in
                guard
                    let i = source(
                        o, p, input: input, strides: strides, dilations: dilations, before: paddingBefore)
                else { return }
                let (oAt, iAt, pAt) = (outputGrid.position(o), inputGrid.position(i), kernelGrid.position(p))
                for n in 0..<batch {
                    let x = (n * inputGrid.count + iAt) * inputChannels
                    let y = (n * outputGrid.count + oAt) * outputChannels
                    for filter in 0..<outputChannels {
                        for channel in 0..<groupIn {
                            body(
                                x + filter / groupOut * groupIn + channel,
                                (pAt * groupIn + channel) * outputChannels + filter, y + filter)
                        }
                    }
                }
            }
        }
    }
}

extension PoolingGeometry {
    /// Calls `body` with the positions in x and y and the place within the window, padding left out.
    fileprivate func forEachPlace(_ body: (Int, Int, Int) -> Void) {
        let (inputGrid, outputGrid, places) = (Shape(input), Shape(output), Shape(window))
        let ones = window.map { _ in 1 }
        outputGrid.forEachIndex { o in
            places.forEachIndex { p in
                guard let i = source(o, p, input: input, strides: strides, dilations: ones, before: paddingBefore)
                else { return }
                for n in 0..<batch {
                    for channel in 0..<channels {
                        body(
                            (n * inputGrid.count + inputGrid.position(i)) * channels + channel,
                            (n * outputGrid.count + outputGrid.position(o)) * channels + channel, places.position(p))
                    }
                }
            }
        }
    }
}
