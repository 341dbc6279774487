/// Reverse-mode differentiation of numbers, one by one: every number remembers what it was computed from.
final class Tape {
    struct Number {
        let value: Double
        fileprivate let index: Int
    }

    /// Per number its operands and the partial derivatives by them.
    private var records: [[(operand: Int, slope: Double)]] = []

    func number(_ value: Double) -> Number { record(value, []) }

    private func record(_ value: Double, _ operands: [(Number, Double)]) -> Number {
        records.append(operands.map { ($0.0.index, $0.1) })
        return Number(value: value, index: records.count - 1)
    }

    func sum(_ a: Number, _ b: Number) -> Number { record(a.value + b.value, [(a, 1), (b, 1)]) }
    func product(_ a: Number, _ b: Number) -> Number { record(a.value * b.value, [(a, b.value), (b, a.value)]) }
    /// 1 − a
    func rest(_ a: Number) -> Number { record(1 - a.value, [(a, -1)]) }

    /// f(a), given f′(a).
    func apply(_ a: Number, value: Double, slope: Double) -> Number { record(value, [(a, slope)]) }

    /// Σ aᵢ·bᵢ
    func dot(_ a: [Number], _ b: [Number]) -> Number {
        let value = zip(a, b).reduce(0) { $0 + $1.0.value * $1.1.value }
        return record(value, zip(a, b).flatMap { [($0, $1.value), ($1, $0.value)] })
    }

    /// The derivatives of Σ weight · number with respect to every number there is.
    func gradients(of terms: [(Number, Double)]) -> (Number) -> Double {
        var gradients = [Double](repeating: 0, count: records.count)
        for (number, weight) in terms { gradients[number.index] += weight }
        for index in records.indices.reversed() {
            for (operand, slope) in records[index] { gradients[operand] += gradients[index] * slope }
        }
        return { gradients[$0.index] }
    }
}
