import Data
import JSON
import OrderedCollections

extension TableEncoding {
    /// As it lies in the notes of a written model: a list of columns in the order of the inputs.
    var json: JSON {
        .array(
            columns.map { column in
                var members: OrderedDictionary<String, JSON> = [:]
                switch column.selector {
                case .name(let name): members["column"] = .string(name)
                case .index(let index): members["column"] = .integer(index)
                }
                let values: [String]?
                switch column.encoding {
                case .number: (members["encoding"], values) = ("number", nil)
                case .oneHot(let list): (members["encoding"], values) = ("one_hot", list)
                case .index(let list): (members["encoding"], values) = ("index", list)
                }
                if let values { members["values"] = .array(values.map { .string($0) }) }
                return .object(members)
            })
    }

    /// Nil for what no version of this program wrote.
    init?(json: JSON) {
        guard let list = json.array, !list.isEmpty else { return nil }
        var columns: [Column] = []
        for item in list {
            let selector: ColumnSelector
            if let name = item["column"]?.string {
                selector = .name(name)
            } else if let index = item["column"]?.int {
                selector = .index(index)
            } else {
                return nil
            }
            let values = item["values"]?.array?.compactMap(\.string)
            switch item["encoding"]?.string {
            case "number": columns.append(Column(selector: selector, encoding: .number))
            case "one_hot": columns.append(Column(selector: selector, encoding: .oneHot(values)))
            case "index": columns.append(Column(selector: selector, encoding: .index(values)))
            default: return nil
            }
        }
        self.init(columns: columns)
    }
}
