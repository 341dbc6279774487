import Checkpoints
import JSON
import OrderedCollections
import Tensors
import Testing

@testable import Recipes

@Suite struct InspectionTests {
    private func inspect(_ text: String, as name: String = "m.json", width: Int? = nil) throws -> String {
        try withTemporaryFolder { folder in
            try write(text, to: folder + "/" + name)
            let shown = try Inspection(path: folder + "/" + name).text(width: width)
            return shown.replacingFolder(folder)
        }
    }

    private static func functional(_ layers: [String], inputs: [String], outputs: [String]) -> String {
        func list(_ names: [String]) -> String { names.map { "[\"\($0)\", 0, 0]" }.joined(separator: ", ") }
        return """
            {"class_name": "Functional", "keras_version": "2.15.0", "config": {"name": "m", "layers": [
            \(layers.joined(separator: ",\n"))], "input_layers": [\(list(inputs))], "output_layers": [\(list(outputs))]}}
            """
    }

    private static func layer(
        _ className: String, _ name: String, _ config: String, from inputs: [String] = []
    ) -> String {
        let nodes = inputs.map { "[\"\($0)\", 0, 0, {}]" }.joined(separator: ", ")
        return """
            {"class_name": "\(className)", "name": "\(name)", "config": {"name": "\(name)"\(config.isEmpty ? "" : ", ")\(config)},
             "inbound_nodes": [\(inputs.isEmpty ? "" : "[\(nodes)]")]}
            """
    }

    // MARK: Text

    @Test func aModelIsATable() throws {
        let shown = try Inspection(path: repository + "/models/fashion-tops.h5").text()
            .replacingFolder(repository + "/models")
        #expect(
            shown == """
                m: a whole Keras model (HDF5), Keras 2.15.0, tensorflow, 2.42 MB

                  layer          class         output        parameters  tensors
                  conv2d         Conv2D        (26, 26, 32)         320  kernel 3x3x1x32, bias 32
                  conv2d_1       Conv2D        (24, 24, 32)       9,248  kernel 3x3x32x32, bias 32
                  max_pooling2d  MaxPooling2D  (12, 12, 32)
                  dropout        Dropout       (12, 12, 32)
                  flatten        Flatten       (4608,)
                  dense          Dense         (128,)           589,952  kernel 4608x128, bias 128
                  dropout_1      Dropout       (128,)
                  dense_1        Dense         (5,)                 645  kernel 128x5, bias 5

                  parameters  600,165, all trainable, in 8 layers
                  stored as   float32, 2.40 MB
                  input       input_1 (28, 28, 1)
                  output      dense_1 (5,)
                  classes     0, 1, 2, 3, 4

                """)
    }

    private let open = functional(
        [
            layer("InputLayer", "picture", #""batch_input_shape": [null, null, null, 3]"#),
            layer("InputLayer", "extra", #""batch_input_shape": [null, 4]"#),
            layer("Conv2D", "conv", #""filters": 8, "kernel_size": [3, 3], "trainable": false"#, from: ["picture"]),
            layer("GlobalAveragePooling2D", "pool", "", from: ["conv"]),
            layer("Concatenate", "join", "", from: ["pool", "extra"]),
            layer("Dense", "kind", #""units": 2"#, from: ["join"]),
            layer("MaxPooling2D", "map", #""pool_size": [2, 2]"#, from: ["conv"]),
        ], inputs: ["picture", "extra"], outputs: ["kind", "map"])

    @Test func whatIsOpenIsSaid() throws {
        #expect(
            try inspect(open).replacingSize() == """
                m: a Keras architecture without weights (JSON), Keras 2.15.0, … kB

                  layer  class                   output         parameters          tensors
                  conv   Conv2D                  (any, any, 8)         224  frozen  kernel 3x3x3x8, bias 8
                  pool   GlobalAveragePooling2D  (8,)
                  join   Concatenate             (12,)
                  kind   Dense                   (2,)                   26          kernel 12x2, bias 2
                  map    MaxPooling2D            (any, any, 8)

                  parameters  250: 26 trainable, 224 not, in 5 layers
                  input 0     picture (any, any, 3)
                  input 1     extra (4,)
                  output 0    kind (2,)
                  output 1    map (any, any, 8)

                """)
    }

    @Test func narrowTerminalsShortenMiddles() throws {
        let name = "block_with_a_very_long_name_indeed_conv2d"
        let text = Self.functional(
            [
                Self.layer("InputLayer", "x", #""batch_input_shape": [null, 8, 8, 3]"#),
                Self.layer("Conv2D", name, #""filters": 8, "kernel_size": [3, 3]"#, from: ["x"]),
            ], inputs: ["x"], outputs: [name])
        let wide = try inspect(text, width: 200)
        #expect(wide.contains("  \(name)  Conv2D  (6, 6, 8)         224  kernel 3x3x3x8, bias 8\n"))
        let table = try inspect(text, width: 60).split(separator: "\n")[1...2]
        #expect(table.allSatisfy { $0.count <= 60 }, "\(table)")
        #expect(table.last?.hasPrefix("  block_…onv2d  Conv2D  (6, 6, 8) ") == true, "\(table)")
    }

    @Test func namesCannotDriveATerminal() throws {
        let text = Self.functional(
            [
                Self.layer("InputLayer", "x", #""batch_input_shape": [null, 3]"#),
                Self.layer("Dense", "d\\u001b[31m", #""units": 1"#, from: ["x"]),
            ], inputs: ["x"], outputs: ["d\\u001b[31m"])
        let shown = try inspect(text)
        #expect(!shown.unicodeScalars.contains("\u{1B}"))
        #expect(shown.contains("d␛[31m"))
    }

    // MARK: What cannot be made

    private let unknown = functional(
        [
            layer("InputLayer", "x", #""batch_input_shape": [null, 3]"#),
            layer("Custom>Mystery", "odd", #""speed": 3"#, from: ["x"]),
            layer("Dense", "dense", #""units": 2"#, from: ["odd"]),
        ], inputs: ["x"], outputs: ["dense"])

    @Test func anUnknownLayerHidesNothingElse() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/odd.h5"
            try writeModel(
                unknown, weights: [("odd", ["odd/gain:0": [4]]), ("dense", ["dense/kernel:0": [3, 2]])], to: path)
            let inspection = try Inspection(path: path)
            let lines = inspection.text().split(separator: "\n").map(String.init)
            #expect(
                lines[1...3] == [
                    "  layer  class    output  parameters  tensors", "  odd    Mystery  ?                4  gain 4",
                    "  dense  Dense    ?                6  kernel 3x2",
                ])
            #expect(lines.contains { $0.hasPrefix("problem: its architecture cannot be used: layer \"odd\"") })
            let json = inspection.json
            #expect(json["layers"]?[0]?["class"] == "Mystery")
            #expect(json["layers"]?[0]?["output_shape"] == .null)
            #expect(json["layers"]?[1]?["parameters"]?[0]?["stored"] == "dense/kernel:0")
            #expect(json["parameters"] == 10)
            #expect(json["trainable_parameters"] == .null)
            #expect(json["problem"]?.string?.contains("Mystery") == true)
        }
    }

    @Test func weightsAloneAreShownByLayer() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/w.h5"
            try writeWeights([("one", ["one/kernel:0": [3, 2], "one/bias:0": [2]]), ("none", [:])], to: path)
            let inspection = try Inspection(path: path)
            #expect(inspection.format == .kerasWeights)
            let lines = inspection.text().split(separator: "\n").map(String.init)
            #expect(
                lines[1...2] == [
                    "  layer  parameters  tensors", "  one             8  kernel 3x2, bias 2",
                ])
            #expect(inspection.json["layers"]?[0]?["class"] == .null)
        }
    }

    // MARK: JSON

    @Test func theContractsFieldsAreThere() throws {
        let json = try Inspection(path: repository + "/models/fashion-tops.h5").json
        #expect(json["format"] == "keras-h5")
        #expect(json["keras_version"] == "2.15.0")
        #expect(json["parameters"] == 600_165)
        #expect(json["trainable_parameters"] == 600_165)
        let first = try #require(json["layers"]?[0])
        #expect(first["path"] == "conv2d")
        #expect(first["class"] == "Conv2D")
        #expect(first["output_shape"] == [.null, 26, 26, 32])
        let kernel = try #require(first["parameters"]?[0])
        #expect(
            kernel == [
                "path": "conv2d.kernel", "stored": "conv2d/kernel:0", "shape": [3, 3, 1, 32], "dtype": "float32",
            ])
    }

    @Test func openDimensionsAreNull() throws {
        try withTemporaryFolder { folder in
            try write(open, to: folder + "/m.json")
            let json = try Inspection(path: folder + "/m.json").json
            #expect(json["layers"]?[0]?["output_shape"] == [.null, .null, .null, 8])
            #expect(json["inputs"]?[0] == ["name": "picture", "shape": [.null, .null, .null, 3]])
            #expect(json["layers"]?[0]?["parameters"]?[0]?["stored"] == .null)
            #expect(json["layers"]?[0]?["parameters"]?[0]?["dtype"] == .null)
            #expect(json["layers"]?[0]?["trainable"] == false)
        }
    }

    @Test func arraysAreShownAsTheyAre() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npz"
            try NPZWriter.write(["w": Tensor(zeros: [2, 3]), "b": Tensor(zeros: [])], to: path)
            let inspection = try Inspection(path: path)
            #expect(
                inspection.text().replacingFolder(path).split(separator: "\n").dropFirst().prefix(3) == [
                    "  tensor  shape   type     elements", "  w       (2, 3)  float32         6",
                    "  b       ()      float32         1",
                ])
            #expect(inspection.json["tensors"]?[0] == ["name": "w", "shape": [2, 3], "dtype": "float32"])
        }
    }

    // MARK: What is no file to inspect

    @Test func whatIsThereInsteadIsSaid() throws {
        try withTemporaryFolder { folder in
            try write("", to: folder + "/model.h5")
            #expect(
                message { try Inspection(path: folder) }
                    == "\(folder) is a folder; a run's model is a file in it: \(folder)/model.h5")
            #expect(
                message { try Inspection(path: folder + "/modle.h5") }
                    == "there is no file \(folder)/modle.h5; did you mean \"model.h5\", which is there?")
            try write(#"{"recipe": 1}"#, to: folder + "/r.json")
            #expect(message { try Inspection(path: folder + "/r.json") }.contains("no \"class_name\""))
            try write("{", to: folder + "/r.json")
            #expect(message { try Inspection(path: folder + "/r.json") }.contains("does not hold a model"))
        }
    }
}

private func message<T>(_ body: () throws -> T) -> String {
    do {
        _ = try body()
        return "nothing was thrown"
    } catch { return "\(error)" }
}

extension String {
    /// The text with the number before the first `kB` left out.
    fileprivate func replacingSize() -> String {
        guard let unit = firstRange(of: " kB"), let blank = self[..<unit.lowerBound].lastIndex(of: " ") else {
            return self
        }
        return self[...blank] + "…" + self[unit.lowerBound...]
    }

    /// The text with a path at its front replaced by `m`.
    fileprivate func replacingFolder(_ folder: String) -> String {
        guard hasPrefix(folder), let colon = firstIndex(of: ":") else { return self }
        return "m" + self[colon...]
    }
}
