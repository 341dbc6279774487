extension NonFiniteError {
    /// Looks through a slab, once something is known to be wrong.
    ///
    /// - Parameters:
    ///   - values: gradients or weights, laid out as `layout` says.
    ///   - layout: in the order in which tensors are to be suspected.
    /// - Returns: the first number that is not finite, or nil where all are.
    package static func first(
        _ kind: Kind, in values: UnsafePointer<Float>, layout: [TensorSlot], step: Int, learningRate: Double
    ) -> NonFiniteError? {
        for tensor in layout {
            guard let index = tensor.range.first(where: { !values[$0].isFinite }) else { continue }
            return NonFiniteError(
                kind: kind, name: tensor.path.description, step: step, value: Double(values[index]),
                learningRate: learningRate)
        }
        return nil
    }
}
