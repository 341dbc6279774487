import Tensors

/// What is wrong with a policy for a given model. All problems are found at once.
package struct PolicyError: Error, Hashable, CustomStringConvertible {
    package let problems: [PolicyProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong.
package struct PolicyProblem: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The selector matches no tensor. `inside`: what there is instead, where no name is near.
        case noMatch(selector: String, nearest: [String], inside: PathSuggestions.Contents?)
        /// No tensor is of that role.
        case noSuchRole(selector: String)
        /// The selector matches only layers that have no parameters.
        case noParameters(selector: String, layer: String)
        /// `batch_norm` where nothing matched has moving statistics.
        case noStatistics
        /// A layer's statistics would partly move.
        case mixedStatistics(layer: String)
    }

    /// Index of the rule in the policy, from 0.
    package let rule: Int
    /// Index of the selector in the rule, from 0; nil where the whole rule is meant.
    package let selector: Int?
    /// The rule as typed.
    package let text: String
    package let kind: Kind

    package var description: String { "policy rule \(rule + 1) (\(text)): \(sentence)" }

    /// Without saying which rule.
    package var sentence: String {
        switch kind {
        case .noMatch(let selector, let nearest, let inside):
            "\"\(selector)\" matches no tensor of the model" + PolicyProblem.hint(nearest)
                + (inside.map { "; \($0)" } ?? "")
        case .noSuchRole(let selector): "\"\(selector)\" matches nothing: the model has no tensor of that kind"
        case .noParameters(let selector, let layer):
            "\"\(selector)\" matches only layers without parameters, such as \(layer); there is nothing to freeze or set"
        case .noStatistics:
            "batch_norm is given, but no layer it matches has moving statistics"
        case .mixedStatistics(let layer):
            "the statistics of \(layer) would partly move and partly stay; let the rules match the whole layer"
        }
    }

    private static func hint(_ nearest: [String]) -> String {
        guard !nearest.isEmpty else { return "" }
        return "; did you mean " + nearest.map { "\"\($0)\"" }.joined(separator: " or ") + "?"
    }
}
