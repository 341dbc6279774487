/// The stable name of a tensor or a layer: components between dots, as in `block1.conv.kernel`.
/// A `/` is an ordinary character; a name that itself contains dots (`tf.nn.relu`) simply has more components.
package struct ParameterPath: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
    package init(stringLiteral value: String) { self.init(value) }

    package var components: [Substring] { description.split(separator: ".", omittingEmptySubsequences: false) }

    package func appending(_ name: String) -> ParameterPath {
        description.isEmpty ? ParameterPath(name) : ParameterPath(description + "." + name)
    }

    package static func < (a: ParameterPath, b: ParameterPath) -> Bool { a.description < b.description }
}

extension ParameterPath {
    /// 64-bit FNV-1a of the text: a stable number for what is random about this path.
    package var fingerprint: UInt64 {
        description.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
