/// Which classes a source has.
package enum ClassRule: Hashable, Sendable {
    /// Those that occur. Whole-number labels keep their number (0 to the largest); text is sorted.
    case all
    /// Only examples of these, numbered 0, 1, … in this order; each must occur.
    case select([String])
    /// Those of other data that this goes with: every label must be one of them, not every one need occur.
    case known([String])
}

/// Classes that a source cannot have as asked.
package enum ClassError: DescriptionFault, Hashable, CustomStringConvertible {
    case missing(source: String, classes: [String], present: [String])
    case repeated(source: String, name: String)
    case unknown(source: String, example: String, label: String, classes: [String])
    case negative(source: String, example: String, label: Int)
    case tooMany(source: String, example: String, label: Int)
    case notWhole(source: String, example: String)
    case none(source: String)

    package var description: String {
        switch self {
        case .missing(let source, let classes, let present):
            "\(source) has no example of \(classes.count == 1 ? "the class" : "the classes") \(ClassError.list(classes)); "
                + "present are \(ClassError.list(present))"
        case .repeated(let source, let name):
            "the class \"\(name)\" is named twice for \(source); every class has one number"
        case .unknown(let source, let example, let label, let classes):
            "\(source), \(example): the label \"\(label)\" is not one of the classes \(ClassError.list(classes))"
        case .negative(let source, let example, let label):
            "\(source), \(example): the label \(label) is negative, but classes count from 0"
        case .tooMany(let source, let example, let label):
            "\(source), \(example): the label \(label) is too large to be the number of a class (at most "
                + "\(ClassRule.maximumLabel)); name the classes with \"classes\", or take the targets as values"
        case .notWhole(let source, let example):
            "\(source), \(example): the label is not a whole number; for numbers to predict take the targets as values"
        case .none(let source): "\(source) has no examples"
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}
