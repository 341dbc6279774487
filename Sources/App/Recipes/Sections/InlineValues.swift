import JSON

/// Numbers in lists in lists, all of one length at each depth.
struct InlineValues {
    private(set) var numbers: [Double] = []
    private(set) var shape: [Int]

    /// Lists that do not agree, as a sentence about the place.
    struct Ragged: Error {
        let node: RecipeNode
        let message: String
    }

    init(_ node: RecipeNode) throws {
        shape = []
        var level = node
        while let elements = level.elements {
            shape.append(elements.count)
            guard let first = elements.first else { break }
            level = first
        }
        try gather(node, depth: 0)
    }

    private mutating func gather(_ node: RecipeNode, depth: Int) throws {
        if depth == shape.count {
            guard let number = node.scalar?.double else {
                throw Ragged(node: node, message: "expected a number like those before it, found \(node.found)")
            }
            numbers.append(number)
            return
        }
        guard let elements = node.elements, elements.count == shape[depth] else {
            let found = node.elements.map { "\($0.count)" } ?? node.found
            throw Ragged(
                node: node, message: "expected a list of \(shape[depth]) like those before it, found \(found)")
        }
        for element in elements { try gather(element, depth: depth + 1) }
    }
}
