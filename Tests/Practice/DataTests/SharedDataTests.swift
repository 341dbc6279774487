import Tensors
import Testing

@testable import Data

/// Data sets that nobody here made, with the numbers their makers give.
@Suite(.enabled(if: hasSharedData, "the folder shared/data does not lie beside the repository"))
struct SharedDataTests {
    private func path(_ name: String) -> String { sharedData + "/" + name }

    @Test("MNIST")
    func mnist() throws {
        let source = IDXSource(
            inputs: path("mnist/t10k-images-idx3-ubyte.gz"), targets: path("mnist/t10k-labels-idx1-ubyte.gz"))
        let dataset = try SourceDescription.idx(source).open().dataset
        #expect(dataset.count == 10_000)
        #expect(dataset.inputShapes == [[28, 28]])
        #expect(try DataChecks.histogram(dataset) == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
        #expect(try DataChecks.duplicates(of: dataset, in: dataset).count == 10_000)
    }

    @Test("MNIST as pictures: digits are folders, and train and test share none")
    func pictures() throws {
        func open(_ part: String) throws -> any Dataset {
            try SourceDescription.imageFolder(ImageFolderSource(path: path("mnist_png_sample/" + part))).open().dataset
        }
        let (train, test) = (try open("train"), try open("test"))
        #expect(train.inputShapes == [[28, 28, 1]])
        #expect(try DataChecks.histogram(train) == Array(repeating: 100, count: 10))
        #expect(try DataChecks.histogram(test) == Array(repeating: 50, count: 10))
        #expect(try DataChecks.duplicates(of: train, in: test).count == 0)
    }

    @Test("Flowers: all 3670 decode")
    func flowers() throws {
        var total = 0
        for part in ["train", "val"] {
            let source = ImageFolderSource(path: path("flowers128/" + part), onBadExample: .skip)
            let opened = try SourceDescription.imageFolder(source).open()
            #expect(opened.skipped.isEmpty)
            #expect(opened.dataset.inputShapes == [[128, 128, 3]])
            #expect(opened.dataset.target == .classes(["daisy", "dandelion", "roses", "sunflowers", "tulips"]))
            total += opened.dataset.count
        }
        #expect(total == 3670)
    }

    @Test("SMS: 5574 messages when quotation marks are ordinary, and a hint when not")
    func sms() throws {
        var format = TableFormat(separator: UInt8(ascii: "\t"), quote: nil, header: .absent)
        let table = try Table(path: path("sms_spam/sms.tsv"), format: format)
        #expect(table.rowCount == 5574 && table.columnCount == 2)
        #expect((0..<table.rowCount).count { table.text(row: $0, column: 0) == "spam" } == 747)
        format.quote = UInt8(ascii: "\"")
        #expect(message { try Table(path: path("sms_spam/sms.tsv"), format: format) }.contains("\"quote\": \"none\""))
    }

    @Test("TREC is Latin-1, and that is said")
    func trec() throws {
        let file = try TextFile(path: path("trec/train_5500.label"))
        #expect(file.note?.contains("byte 0xF0 at 3665") == true)
    }

    @Test(
        "Numeric tables with a class in the last column",
        arguments: [
            ("iris", 150, 4, 3), ("pima-indians-diabetes", 768, 8, 2), ("banknote_authentication", 1372, 4, 2),
            ("sonar", 208, 60, 2), ("ionosphere", 351, 34, 2), ("phoneme", 5404, 5, 2),
        ])
    func tables(name: String, count: Int, features: Int, classes: Int) throws {
        let source = TableSource(path: path("tabular/\(name).csv"), targets: [.index(-1)])
        let dataset = try SourceDescription.table(source).open().dataset
        #expect(dataset.count == count)
        #expect(dataset.inputShapes == [[features]])
        #expect(dataset.target.classNames?.count == classes)
    }

    @Test("Housing is regression; abalone has a word in its first column")
    func regression() throws {
        let housing = TableSource(path: path("tabular/housing.csv"), targets: [.index(-1)])
        #expect(try SourceDescription.table(housing).open().dataset.target == .values([1]))
        var abalone = TableSource(path: path("tabular/abalone.csv"), targets: [.index(-1)], form: .values)
        #expect(
            message { try SourceDescription.table(abalone).open() }.contains("line 1, column 0: \"M\" is not a number"))
        abalone.encodings = [.index(0): .oneHot(nil)]
        let dataset = try SourceDescription.table(abalone).open().dataset
        #expect(dataset.count == 4177 && dataset.inputShapes == [[10]])
    }

    @Test("Adult: blanks, question marks, and test labels with a full stop")
    func adult() throws {
        let words = [1, 3, 5, 6, 7, 8, 9, 13]
        var source = TableSource(path: path("tabular/adult-train.csv"), targets: [.index(-1)], missing: .skipRow)
        for column in words { source.encodings[.index(column)] = .oneHot(nil) }
        let train = try SourceDescription.table(source).open()
        #expect(train.dataset.count == 30_162)
        #expect(train.dataset.target == .classes(["<=50K", ">50K"]))
        var test = source
        test.path = path("tabular/adult-test.csv")
        test.labelAliases = ["<=50K.": "<=50K", ">50K.": ">50K"]
        let opened = try SourceDescription.table(test).matching(train).open()
        #expect(opened.dataset.count == 15_060)
        #expect(opened.dataset.inputShapes == train.dataset.inputShapes)
        test.labelAliases = [:]
        #expect(message { try SourceDescription.table(test).matching(train).open() }.contains("<=50K."))
    }

    @Test("Penguins and Titanic have headers and gaps")
    func headers() throws {
        var penguins = TableSource(path: path("tabular/seaborn_penguins.csv"), targets: [.name("species")])
        penguins.inputs = [.name("bill_length_mm"), .name("flipper_length_mm")]
        let text = message { try SourceDescription.table(penguins).open() }
        #expect(text.contains("line 5, column \"bill_length_mm\": the value is missing"))
        penguins.missing = .skipRow
        let opened = try SourceDescription.table(penguins).open()
        #expect(opened.dataset.count == 342 && opened.skipped.count == 2)
        #expect(opened.dataset.target == .classes(["Adelie", "Chinstrap", "Gentoo"]))
    }
}
