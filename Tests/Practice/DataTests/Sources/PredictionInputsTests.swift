import Checkpoints
import OrderedCollections
import Tensors
import Testing

@testable import Data

@Suite struct PredictionInputsTests {
    private func inputs(
        _ path: String, _ shapes: [OpenShape], names: [String] = ["input"], transforms: [Transform] = []
    ) throws -> any Dataset {
        try PredictionInputs(path: path, inputNames: names, inputShapes: shapes, transforms: transforms).dataset
    }

    @Test("Arrays are found by the model's names, by x0, x1, …, or because they are alone")
    func arrays() throws {
        try withTemporaryFolder { folder in
            let grid = Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
            try NPYWriter.write(grid, to: folder + "/x.npy")
            #expect(try inputs(folder + "/x.npy", [[3]]).example(1).inputs[0].values == [4, 5, 6])
            let arrays: OrderedDictionary = ["x1": grid, "left": grid.reshaped([2, 3, 1]), "extra": grid]
            try NPZWriter.write(arrays, to: folder + "/x.npz")
            let two = try inputs(folder + "/x.npz", [[3], [3]], names: ["left", "right"])
            #expect(two.inputShapes == [[3], [3]] && two.target == .none)
            #expect(message { try inputs(folder + "/x.npz", [[3]], names: ["other"]) }.contains("nor \"x0\""))
            #expect(message { try inputs(folder + "/x.npy", [[4]]) }.contains("the model takes examples of shape (4,)"))
        }
    }

    @Test("A picture takes the model's size and channels, raw")
    func picture() throws {
        let dataset = try inputs(fixture("rgb.png"), [[8, 8, 1]])
        #expect(dataset.count == 1)
        let scaled = try inputs(fixture("rgb.png"), [[8, 8, 1]], transforms: [.rescale(scale: 0.5)])
        let values = try dataset.example(0).inputs[0].values
        #expect(values.contains { $0 > 50 })
        #expect(try scaled.example(0).inputs[0].values == values.map { $0 * 0.5 })
        #expect(message { try inputs(fixture("rgb.png"), [[10]]) }.contains("no picture"))
    }

    @Test("A folder's pictures come in the order of their names")
    func folder() throws {
        try withTemporaryFolder { folder in
            for name in ["b.png", "a.png", "c.txt", "sub/0.png"] {
                try write(bytes(of: fixture("rgb.png")), to: folder + "/" + name)
            }
            let opened = try PredictionInputs(path: folder, inputNames: ["i"], inputShapes: [[4, 4, 3]])
            #expect(
                (0..<3).map { opened.dataset.name(of: $0) }
                    == ["a.png", "b.png", "sub/0.png"].map { folder + "/" + $0 })
            #expect(opened.notes.count == 1)
            try write(bytes(of: fixture("exif_6.jpg")), to: folder + "/turned.jpg")
            let resized = try inputs(folder, [[4, 4, 3]], transforms: [.resize(ImageSize(height: 4, width: 4))])
            #expect(resized.count == 4)
            #expect(
                message { try inputs(folder, [[48, 1, 3]], transforms: [.reshape([48, 1, 3])]) }.contains("24 by 16"))
        }
    }

    @Test("Tables are read as numbers, or as the run read them")
    func table() throws {
        try withFile("x.csv", Array("a,b\n1,2\n3,4\n".utf8)) { path in
            #expect(try inputs(path, [[2]]).example(1).inputs[0].values == [3, 4])
            var table = TableSource(path: "train.csv", targets: [.name("y")])
            table.encoding = TableEncoding(columns: [.init(selector: .name("b"), encoding: .oneHot(["4", "2"]))])
            let dataset = try PredictionInputs(path: path, inputNames: ["i"], inputShapes: [[2]], table: table).dataset
            #expect(try dataset.example(0).inputs[0].values == [0, 1])
        }
    }

    @Test("Files of no known kind are refused")
    func refused() {
        #expect(message { try inputs("/etc/hostname", [[2]]) }.contains("of no kind"))
        #expect(message { try inputs("/nowhere.npy", [[2]]) }.contains("No such file"))
    }
}
