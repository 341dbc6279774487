import Graph
import Tensors

extension GraphInterpreter {
    func linear(_ op: Op, _ inputs: [DoubleArray]) -> [Double] {
        switch op {
        case .matmul(let transposeLeft, let transposeRight):
            return matmul(inputs[0], transposeLeft, inputs[1], transposeRight)
        case .linear(let hasBias, let activation):
            var y = matmul(inputs[0], false, inputs[1], false)
            let columns = inputs[1].shape[1]
            for index in y.indices {
                if hasBias { y[index] += inputs[2].values[index % columns] }
                if let activation { y[index] = activation(y[index]) }
            }
            return y
        default: preconditionFailure("\(op.name) is not linear algebra")
        }
    }

    private func matmul(_ a: DoubleArray, _ ta: Bool, _ b: DoubleArray, _ tb: Bool) -> [Double] {
        let (m, k) = ta ? (a.shape[-1], a.shape[-2]) : (a.shape[-2], a.shape[-1])
        let n = tb ? b.shape[-2] : b.shape[-1]
        let batch = a.shape.dimensions.dropLast(2).reduce(1, *)
        var result: [Double] = []
        for matrix in 0..<batch {
            let (startA, startB) = (matrix * m * k, matrix * k * n)
            for row in 0..<m {
                for column in 0..<n {
                    var sum = 0.0
                    for i in 0..<k {
                        sum +=
                            a.values[startA + (ta ? i * m + row : row * k + i)]
                            * b.values[startB + (tb ? column * k + i : i * n + column)]
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }
}
