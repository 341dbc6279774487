import Tensors

/// What an example's target is.
package enum TargetKind: Hashable, Sendable {
    /// One `Float` per example: the index of its class in these names.
    case classes([String])
    /// Numbers of this shape per example.
    case values(Shape)

    /// Nothing to learn from: inputs of a prediction.
    package static let none = TargetKind.values([0])

    /// Floats per example.
    package var count: Int {
        switch self {
        case .classes: 1
        case .values(let shape): shape.count
        }
    }

    /// The names of the classes, or nil for numbers.
    package var classNames: [String]? {
        if case .classes(let names) = self { names } else { nil }
    }
}

/// Examples that can be read in any order, from any thread, each always with the same content.
package protocol Dataset: Sendable {
    var count: Int { get }
    /// Per example, without the batch dimension, one for each input.
    var inputShapes: [Shape] { get }
    var target: TargetKind { get }

    /// Writes example `index`: `inputShapes[i].count` floats at `inputs[i]`, `self.target.count` floats at `target`.
    /// - Throws: a sentence that names the file or line where an example cannot be read.
    func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) throws

    /// Writes example `index` as it is in an epoch of training: with random changes where the dataset makes any.
    func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) throws

    /// This dataset with random changes to its pictures when it is read for an epoch of training.
    /// - Throws: `AugmentationError`.
    func augmented(by augmentation: Augmentation, seed: UInt64) throws -> any Dataset

    /// Writes the target alone; sources that hold targets apart do so without touching the input.
    func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws

    /// A hash of the input as it is stored, before any transform: equal for equal examples.
    func fingerprint(of index: Int) throws -> UInt64

    /// Bytes of memory that the examples take as long as the dataset lives; those of mapped files do not count.
    var heldBytes: Int { get }

    /// Lets the dataset hold on to what is slow to read, pictures that were decoded, from now on, up to so many bytes: for
    /// examples that are read in more than one pass. No number of an example depends on it.
    func keepPictures(upTo bytes: Int)

    /// Where the example comes from, as a person would look for it: a path, a line, a number.
    func name(of index: Int) -> String
}

extension Dataset {
    package var heldBytes: Int { 0 }

    package func keepPictures(upTo bytes: Int) {}

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws {
        try withScratch { try read(index, inputs: $0, target: target) }
    }

    package func fingerprint(of index: Int) throws -> UInt64 {
        let sizes = inputShapes.map(\.count)
        let target = UnsafeMutablePointer<Float>.allocate(capacity: max(self.target.count, 1))
        defer { target.deallocate() }
        return try withScratch { inputs in
            try read(index, inputs: inputs, target: target)
            var hash = ExampleHash()
            for (input, size) in zip(inputs, sizes) {
                hash.combine(UnsafeRawBufferPointer(start: input, count: size * MemoryLayout<Float>.stride))
            }
            return hash.value
        }
    }

    package func name(of index: Int) -> String { "example \(index)" }

    /// The class index of every example, in order.
    /// - Precondition: the target is a class.
    package func classIndices() throws -> [Int] {
        precondition(target.classNames != nil, "the target is not a class")
        var label: Float = 0
        return try (0..<count).map {
            try readTarget($0, &label)
            return Int(label)
        }
    }

    /// One example as tensors, for predictions, tests and pictures.
    package func example(_ index: Int) throws -> (inputs: [Tensor], target: [Float]) {
        let target = UnsafeMutablePointer<Float>.allocate(capacity: max(self.target.count, 1))
        defer { target.deallocate() }
        return try withScratch { pointers in
            try read(index, inputs: pointers, target: target)
            let inputs = zip(pointers, inputShapes).map { pointer, shape in
                Tensor(shape: shape, values: Array(UnsafeBufferPointer(start: pointer, count: shape.count)))
            }
            return (inputs, Array(UnsafeBufferPointer(start: target, count: self.target.count)))
        }
    }

    /// The inputs of one example as an epoch of training gets them.
    package func example(_ index: Int, epoch: Int) throws -> [Tensor] {
        let target = UnsafeMutablePointer<Float>.allocate(capacity: max(self.target.count, 1))
        defer { target.deallocate() }
        return try withScratch { pointers in
            try read(index, epoch: epoch, inputs: pointers, target: target)
            return zip(pointers, inputShapes).map { pointer, shape in
                Tensor(shape: shape, values: Array(UnsafeBufferPointer(start: pointer, count: shape.count)))
            }
        }
    }

    /// Space for the inputs of one example.
    private func withScratch<T>(_ body: ([UnsafeMutablePointer<Float>]) throws -> T) rethrows -> T {
        let inputs = inputShapes.map { UnsafeMutablePointer<Float>.allocate(capacity: max($0.count, 1)) }
        defer { for input in inputs { input.deallocate() } }
        return try body(inputs)
    }
}
