import Tensors

/// The header of a NumPy array file (format versions 1 to 3: numpy.lib.format).
struct NPYHeader: Hashable {
    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    let dataType: DataType
    let isBigEndian: Bool
    let isFortranOrder: Bool
    let shape: Shape
    /// Where the elements begin.
    let dataOffset: Int

    /// The bytes the elements take. Readers check it against what is there.
    var byteCount: Int { shape.count * dataType.size }

    /// - Parameter label: the file, or the entry of an archive, for messages.
    /// - Throws: `CheckpointError`.
    init(parsing bytes: UnsafeRawBufferPointer, label: String) throws {
        func damaged(_ problem: String) -> CheckpointError { .damaged(path: label, place: "", problem: problem) }
        guard bytes.count >= 10, bytes.starts(with: NPYHeader.magic) else {
            throw damaged("it does not begin with a NumPy header")
        }
        let version = bytes[6]
        guard (1...3).contains(version) else {
            throw CheckpointError.unsupported(
                path: label, place: "", feature: "it is of NumPy format version \(version), and 1 to 3 are known")
        }
        let start = version == 1 ? 10 : 12
        guard bytes.count >= start else { throw damaged("its header is cut short") }
        let length =
            version == 1
            ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
            : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        guard length <= bytes.count - start, length <= 1 << 20 else { throw damaged("its header is cut short") }
        var literal = PythonLiteral(String(decoding: bytes[start..<start + length], as: UTF8.self))
        guard let fields = literal.dictionary(), case .text(let descr)? = fields["descr"],
            case .truth(let isFortranOrder)? = fields["fortran_order"], case .integers(let extents)? = fields["shape"]
        else { throw damaged("its header cannot be understood: \(literal.text.prefix(120))") }
        (dataType, isBigEndian) = try NPYHeader.elementType(descr, label: label)
        shape = try NPYHeader.shape(extents, size: dataType.size, label: label)
        self.isFortranOrder = isFortranOrder
        dataOffset = start + length
    }

    private static func shape(_ extents: [Int], size: Int, label: String) throws -> Shape {
        var bytes = size
        for extent in extents {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent, 1))
            guard extent >= 0, !overflow, extents.count <= 64 else {
                throw CheckpointError.refused(path: label, place: "", reason: "its shape \(extents) is impossible")
            }
            bytes = product
        }
        return Shape(extents)
    }

    private static func elementType(_ descr: String, label: String) throws -> (DataType, isBigEndian: Bool) {
        let order = descr.first ?? "?"
        let known: [Substring: DataType] = [
            "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16, "i1": .int8,
            "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool, "V2": .bfloat16,
        ]
        guard "<>|=".contains(order), let type = known[descr.dropFirst()] else {
            let what = descr.dropFirst().hasPrefix("O") ? "Python objects (pickles are never opened)" : "\"\(descr)\""
            throw CheckpointError.unsupported(
                path: label, place: "", feature: "its elements are \(what), not numbers of a known type")
        }
        return (type, order == ">" && type.size > 1)
    }
}

/// As much of Python's literal syntax as NumPy's headers use: a dictionary of strings, truth values and tuples.
struct PythonLiteral {
    enum Value: Hashable {
        case text(String)
        case truth(Bool)
        case integers([Int])
    }

    let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    /// Nil where the text is anything else.
    mutating func dictionary() -> [String: Value]? {
        guard take("{") else { return nil }
        var fields: [String: Value] = [:]
        while !take("}") {
            guard let key = string(), take(":"), let value = value() else { return nil }
            fields[key] = value
            if !take(",") {
                return take("}") ? fields : nil
            }
        }
        return fields
    }

    private mutating func value() -> Value? {
        if take("True") { return .truth(true) }
        if take("False") { return .truth(false) }
        if take("(") { return tuple() }
        return string().map(Value.text)
    }

    private mutating func tuple() -> Value? {
        var numbers: [Int] = []
        while !take(")") {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            _ = take("L")
            numbers.append(number)
            if !take(",") {
                return take(")") ? .integers(numbers) : nil
            }
        }
        return .integers(numbers)
    }

    private mutating func string() -> String? {
        skipBlanks()
        guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
        let body = rest.dropFirst().prefix { $0 != quote }
        guard body.endIndex < rest.endIndex else { return nil }
        rest = rest[rest.index(after: body.endIndex)...]
        return String(body)
    }

    private mutating func take(_ token: String) -> Bool {
        skipBlanks()
        guard rest.hasPrefix(token) else { return false }
        rest = rest.dropFirst(token.count)
        skipBlanks()
        return true
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" } }
}
