/// A small value attached to a group or a dataset.
package enum AttributeValue: Hashable, Sendable {
    /// No elements, whatever their type: h5py writes an empty list of names as zero floating-point numbers.
    case empty
    case string(String)
    case strings([String])
    case integer(Int)
    case integers([Int])
    case number(Double)
    case numbers([Double])

    package var string: String? { if case .string(let value) = self { value } else { nil } }

    /// A list of strings; one string and an empty attribute count as lists too.
    package var strings: [String]? {
        switch self {
        case .empty: []
        case .string(let value): [value]
        case .strings(let values): values
        default: nil
        }
    }

    package var integer: Int? {
        switch self {
        case .integer(let value): value
        case .integers(let values) where values.count == 1: values[0]
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .numbers(let values) where values.count == 1: values[0]
        default: nil
        }
    }
}
