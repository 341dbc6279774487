import Tensors
import Testing

@testable import Data

@Suite struct TableTests {
    private func rows(_ text: String, _ format: TableFormat = TableFormat(header: .absent)) throws -> [[String]] {
        try rows(Array(text.utf8), format)
    }

    private func rows(_ bytes: [UInt8], _ format: TableFormat) throws -> [[String]] {
        try withFile("table.csv", bytes) { path in
            let table = try Table(path: path, format: format)
            return (0..<table.rowCount).map { row in
                (0..<table.columnCount).map { table.text(row: row, column: $0) }
            }
        }
    }

    @Test("Quoted fields hold separators, doubled quotation marks and line ends (RFC 4180)")
    func quoting() throws {
        #expect(
            try rows("a,\"b,c\",\"d \"\"e\"\"\"\r\n\"f\r\ng\",,h\r\n") == [
                ["a", "b,c", "d \"e\""], ["f\r\ng", "", "h"],
            ])
        #expect(try rows("a,\"\"\nb,\"\"\"\"") == [["a", ""], ["b", "\""]])
    }

    @Test("Line ends of every kind, with and without the last one, and empty lines", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(end: String) throws {
        for last in ["", end, end + end] {
            #expect(try rows("1,2\(end)\(end)3,4\(last)") == [["1", "2"], ["3", "4"]])
            #expect(try rows("\"1\",\"2\"\(end)3,\"4\"\(last)") == [["1", "2"], ["3", "4"]])
        }
    }

    @Test("Blanks around unquoted fields do not belong to them")
    func blanks() throws {
        #expect(try rows("39, State-gov ,\" x \"\n") == [["39", "State-gov", " x "]])
    }

    @Test("Quotation marks can be ordinary characters")
    func noQuotes() throws {
        let format = TableFormat(separator: UInt8(ascii: "\t"), quote: nil, header: .absent)
        #expect(try rows("ham\t\"hello\nspam\tx\"y\n", format) == [["ham", "\"hello"], ["spam", "x\"y"]])
        let text = message { try rows("a\t1\nham\t\"hello\nspam\tx\n", .init(separator: 9, header: .absent)) }
        #expect(text.contains("line 2") && text.contains("\"quote\": \"none\""))
        #expect(message { try rows("\"a\"b,c\n") }.contains("text follows a closing quotation mark"))
    }

    @Test("A byte order mark is skipped; what is not UTF-8 is read as Latin-1, and said")
    func encodings() throws {
        #expect(try rows([0xEF, 0xBB, 0xBF] + Array("1,2".utf8), .init(header: .absent)) == [["1", "2"]])
        try withFile("latin.csv", Array("caf".utf8) + [0xE9] + Array(",1\n".utf8)) { path in
            let table = try Table(path: path, format: .init(header: .absent))
            #expect(table.text(row: 0, column: 0) == "café")
            #expect(table.note?.contains("byte 0xE9 at 3") == true)
        }
        #expect(message { try rows([0xFF, 0xFE, 65, 0], .init()) }.contains("UTF-16"))
        #expect(message { try rows([65, 0, 66], .init()) }.contains("zero byte at 1"))
    }

    @Test("Lines with another number of fields are named")
    func ragged() {
        #expect(message { try rows("1,2\n\n1,2,3\n") }.contains("line 3: there are 3 fields, and the first line has 2"))
        #expect(message { try rows("") }.contains("no rows"))
        #expect(message { try rows("a,b\n", .init(header: .present)) }.contains("no rows"))
    }

    @Test("A header is told from data, or must be said")
    func header() throws {
        func header(_ text: String, _ choice: TableFormat.Header = .automatic) throws -> [String]? {
            try withFile("t.csv", Array(text.utf8)) { try Table(path: $0, format: .init(header: choice)).header }
        }
        #expect(try header("a,b\n1,x\n") == ["a", "b"])
        #expect(try header("1,b\n1,x\n") == nil)
        #expect(try header("1,b\n1,x\n", .present) == ["1", "b"])
        #expect(message { try header("a,b\nc,d\n") }.contains("\"header\": true or false"))
    }
}

@Suite struct TableSourceTests {
    private func open(_ text: String, _ change: (inout TableSource) -> Void = { _ in }) throws -> OpenedSource {
        try withFile("t.csv", Array(text.utf8)) { path in
            var source = TableSource(path: path, targets: [.index(-1)])
            change(&source)
            return try SourceDescription.table(source).open()
        }
    }

    private let flowers = "5.1,3.5,setosa\n4.9,3,virginica\n6,2,setosa\n"
    private let people = "age,sex,port,paid\n20,male,C,1.5\n?,female,S,2\n40,male,,3\n"

    @Test("Words as targets are classes, sorted")
    func classes() throws {
        let dataset = try open(flowers).dataset
        #expect(dataset.inputShapes == [[2]])
        #expect(dataset.target == .classes(["setosa", "virginica"]))
        #expect(try dataset.classIndices() == [0, 1, 0])
        #expect(try dataset.example(1).inputs[0].values == [4.9, 3])
        #expect(dataset.name(of: 1) == "line 2")
    }

    @Test("Classes are selected, ordered and renamed")
    func selection() throws {
        #expect(
            try open(flowers) { $0.classes = .select(["virginica", "setosa"]) }.dataset.classIndices() == [1, 0, 1])
        let some = try open(flowers) { $0.classes = .select(["virginica"]) }.dataset
        #expect(some.count == 1 && some.name(of: 0) == "line 2")
        let renamed = try open("1,<=50K.\n2,>50K\n") {
            $0.labelAliases = ["<=50K.": "<=50K"]
            $0.classes = .known([">50K", "<=50K"])
        }
        #expect(try renamed.dataset.classIndices() == [1, 0])
        #expect(
            message { try open(flowers) { $0.classes = .known(["setosa"]) } }.contains(
                "line 2: the label \"virginica\""))
    }

    @Test("Whole numbers are classes or values as told, decimals are values")
    func numbers() throws {
        let text = "1,10\n2,9\n3,10\n"
        #expect(try open(text).dataset.target == .classes(["9", "10"]))
        let values = try open(text) { $0.form = .values }.dataset
        #expect(values.target == .values([1]))
        #expect(try values.example(2).target == [10])
        #expect(try open("1,0.5\n2,1\n").dataset.target == .values([1]))
        let two = try open("a,b,c\n1,2,3\n") { $0.targets = [.name("c"), .name("a")] }.dataset
        #expect(two.target == .values([2]))
        #expect(try two.example(0).target == [3, 1])
    }

    @Test("Categories become columns or numbers, and other data follow them")
    func categories() throws {
        let text = "age,sex,y\n1,male,0.5\n2,female,1\n"
        let opened = try open(text) { $0.encodings = [.name("sex"): .oneHot(nil)] }
        #expect(try opened.dataset.example(0).inputs[0].values == [1, 0, 1])
        #expect(opened.encoding?.featureNames == ["age", "sex=female", "sex=male"])
        #expect(
            try open(text) { $0.encodings = [.index(1): .index(["male", "female"])] }.dataset.example(1).inputs[0]
                .values == [2, 1])
        let other = try open("sex,age,y\nmale,7,2\n") {
            $0.targets = [.name("y")]
            $0.encoding = opened.encoding
        }
        #expect(try other.dataset.example(0).inputs[0].values == [7, 0, 1])
        let unknown = message { try open("sex,age,y\ndiverse,7,2\n") { $0.encoding = opened.encoding } }
        #expect(
            unknown.contains("line 2, column \"sex\": \"diverse\" is not one of the known values \"female\", \"male\""))
    }

    @Test("Missing values are refused with line and column, filled, or their rows left out")
    func missing() throws {
        func change(_ missing: TableSource.Missing) -> (inout TableSource) -> Void {
            { source in
                source.encodings = [.name("sex"): .index(nil), .name("port"): .oneHot(nil)]
                source.missing = missing
            }
        }
        let text = message { try open(people, change(.error)) }
        #expect(text.contains("line 3, column \"age\": the value is missing (\"?\")"))
        let filled = try open(people, change(.fill(-1)))
        #expect(try filled.dataset.example(1).inputs[0].values == [-1, 0, 0, 1])
        #expect(try filled.dataset.example(2).inputs[0].values == [40, 1, 0, 0])
        let left = try open(people, change(.skipRow))
        #expect(left.dataset.count == 1)
        #expect(left.skipped.count == 2)
        #expect(left.skipped[1].description.contains("line 4"))
    }

    @Test("What is no number is named, or left out where the recipe says so")
    func badNumbers() throws {
        let text = "1,2,a\n1,x,b\n3,1e99,b\n"
        #expect(message { try open(text) }.contains("line 2, column 1: \"x\" is not a number"))
        let opened = try open(text) { $0.onBadExample = .skip }
        #expect(opened.dataset.count == 1)
        #expect(opened.skipped[1].reason.contains("not a finite number"))
        for word in ["nan", "inf", "0x10", "1_000", "1,5"] {
            #expect(DecimalNumber.parse(word) == nil)
        }
    }

    @Test("Columns that are not there are refused with those that are")
    func columns() {
        let text = "a,b,b,y\n1,2,3,0\n"
        #expect(
            message { try open(text) { $0.inputs = [.name("c")] } }.contains("no column \"c\"; it has \"a\", \"b\""))
        #expect(message { try open(text) { $0.inputs = [.name("b")] } }.contains("several columns"))
        #expect(message { try open(text) { $0.inputs = [.index(0), .name("a")] } }.contains("named twice"))
        #expect(message { try open(text) { $0.targets = [.index(9)] } }.contains("no column 9"))
        #expect(message { try open(flowers) { $0.targets = [.name("y")] } }.contains("no header"))
        #expect(message { try open("1\n2\n") { $0.targets = [.index(0)] } }.contains("no input columns"))
    }
}
