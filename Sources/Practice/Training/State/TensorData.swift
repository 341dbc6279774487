import Layers
import Tensors

/// How a state comes by the tensors that something holds.
package enum Holding: Sendable {
    case copied
    /// Until the next step.
    case lent
    /// By what will not change them any more, and lives as long as the state.
    case given
}

/// The values of a tensor between two steps: a copy of them, or where they lie.
package struct TensorData: Hashable, @unchecked Sendable {
    private enum Content {
        case kept(ArraySlice<Float>)
        /// Lent where there is no owner.
        case placed(UnsafeBufferPointer<Float>, owner: AnyObject?)
    }

    private let content: Content

    package init(_ values: [Float]) { content = .kept(values[...]) }

    /// Shares the array's memory.
    init(_ values: ArraySlice<Float>) { content = .kept(values) }

    /// - Parameter owner: what holds the values.
    init(_ values: UnsafeBufferPointer<Float>, _ holding: Holding, of owner: AnyObject) {
        content =
            switch holding {
            case .copied: .kept(Array(values)[...])
            case .lent: .placed(values, owner: nil)
            case .given: .placed(values, owner: owner)
            }
    }

    /// The values, for as long as whoever keeps this wants.
    package var copied: TensorData {
        switch content {
        case .kept, .placed(_, owner: .some): self
        case .placed(let values, owner: nil): TensorData(Array(values))
        }
    }

    package static func == (a: TensorData, b: TensorData) -> Bool {
        a.withValues { x in
            b.withValues { y in
                guard x.count == y.count else { return false }
                // What is shared is the same, and states share most.
                return x.baseAddress == y.baseAddress || x.indices.allSatisfy { x[$0] == y[$0] }
            }
        }
    }

    package func hash(into hasher: inout Hasher) { for value in self { hasher.combine(value) } }
}

extension TensorData: RandomAccessCollection, ExpressibleByArrayLiteral {
    package init(arrayLiteral values: Float...) { self.init(values) }

    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch content {
        case .kept(let values): values.count
        case .placed(let values, _): values.count
        }
    }

    package subscript(index: Int) -> Float {
        switch content {
        case .kept(let values): values[values.startIndex + index]
        case .placed(let values, _): values[index]
        }
    }

    package func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result? { try withValues(body) }

    private func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        switch content {
        case .kept(let values): try values.withUnsafeBufferPointer(body)
        case .placed(let values, let owner): try withExtendedLifetime(owner) { try body(values) }
        }
    }
}

/// Values of tensors by path.
package typealias TensorValues = [ParameterPath: TensorData]

extension TensorValues {
    package var copied: TensorValues { mapValues(\.copied) }
}

extension ParameterStore {
    /// The values of every tensor; lent ones until the store is laid out anew, too. A store gives none away.
    package func values(_ holding: Holding = .copied) -> TensorValues {
        precondition(holding != .given, "a store keeps its tensors")
        return Dictionary(
            uniqueKeysWithValues: specs.values.map { spec in
                let values = UnsafeBufferPointer(start: UnsafePointer(self[spec.path]), count: spec.shape.count)
                return (spec.path, TensorData(values, holding, of: self))
            })
    }

    /// Puts values in place, of the tensors that there are.
    package func set(_ values: TensorValues) {
        for (path, numbers) in values where specs[path] != nil { set(path, to: numbers) }
    }
}
