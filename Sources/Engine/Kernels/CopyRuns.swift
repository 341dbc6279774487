import CKernels

/// Dimensions merged wherever every array runs through two of them as through one.
struct StridedRuns {
    private(set) var dimensions: [Int64] = []
    private(set) var strides: [[Int64]]

    init(dimensions full: [Int], strides given: [[Int]]) {
        strides = given.map { _ in [] }
        for axis in full.indices where full[axis] != 1 {
            let steps = given.map { Int64($0[axis]) }
            if let last = dimensions.indices.last,
                given.indices.allSatisfy({ strides[$0][last] == steps[$0] * Int64(full[axis]) })
            {
                dimensions[last] *= Int64(full[axis])
                for index in given.indices { strides[index][last] = steps[index] }
            } else {
                dimensions.append(Int64(full[axis]))
                for index in given.indices { strides[index].append(steps[index]) }
            }
        }
        if dimensions.isEmpty {
            dimensions = [1]
            strides = given.map { _ in [1] }
        }
        precondition(dimensions.count <= Int(CK_MAX_RANK), "at most \(CK_MAX_RANK) dimensions")
    }
}
