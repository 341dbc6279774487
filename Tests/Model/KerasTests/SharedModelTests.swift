import Checkpoints
import Foundation
import JSON
import Layers
import Tensors
import Testing

@testable import Keras

/// Every whole model there is in `../shared/checkpoints`, found by walking the folders: against what tf_keras (where it
/// opens the file, else Keras 3) computed, and against what the authors of the files computed themselves.
@Suite(.enabled(if: hasShared, "../shared is absent")) struct SharedModelTests {
    static let checkpoints = shared + "/checkpoints"

    /// Relative paths of all HDF5 files and Keras archives.
    static let files: [String] = {
        let all = FileManager.default.enumerator(atPath: checkpoints)?.compactMap { $0 as? String } ?? []
        let endings = [".h5", ".hdf5", ".hd5", ".keras"]
        return all.filter { name in endings.contains(where: name.hasSuffix) }.sorted()
    }()

    static func golden(of file: String) -> String? {
        let name = shared + "/golden/" + file.replacingOccurrences(of: "/", with: "__")
        return [name + ".tfk2.npz", name + ".keras3.npz"].first(where: FileManager.default.fileExists)
    }

    static let withGolden = files.filter { golden(of: $0) != nil }

    /// A model's file beside a file of its authors' inputs and predictions.
    static let withPredictions = files.filter { $0.hasSuffix("_inputs_and_outputs.h5") }

    @Test(arguments: withGolden) func predictionsAreKeras(file: String) throws {
        let golden = try Checkpoint(path: try #require(SharedModelTests.golden(of: file)))
        try check(file, inputs: numbered("x", golden), expected: numbered("y", golden))
    }

    @Test(arguments: withPredictions) func predictionsAreTheAuthors(file: String) throws {
        let model = file.replacingOccurrences(of: "_inputs_and_outputs.h5", with: "_model.h5")
        guard SharedModelTests.files.contains(model) else { return }
        let recorded = try Checkpoint(path: SharedModelTests.checkpoints + "/" + file)
        func group(_ name: String) -> [Tensor] {
            recorded.tensors.filter { $0.key.hasPrefix(name + "/") }.values.map { $0.read() }
        }
        // A file without predictions holds what the model was trained on.
        let predictions = group("predictions")
        guard !predictions.isEmpty else { return }
        try check(model, inputs: group("inputs"), expected: predictions)
    }

    private func check(_ file: String, inputs: [Tensor], expected: [Tensor]) throws {
        let path = SharedModelTests.checkpoints + "/" + file
        let keras = try KerasModel.open(try Checkpoint(path: path))
        let shapes = zip(inputs, keras.model.inputShapes).map { tensor, shape in
            // The authors' inputs may hold fewer dimensions than the model's.
            shape.contains(nil) ? tensor.shape.droppingFirst : Shape(shape.compactMap { $0 })
        }
        let store = ParameterStore(try LayerRegistry(keras.model, inputShapes: shapes).parameters)
        let ledger = try keras.load(into: store)
        #expect(ledger.count(of: .fresh) == 0, "\(ledger.table())")
        #expect(ledger.count(of: .unused) == 0, "\(ledger.table())")
        let shaped = zip(inputs, shapes).map { $0.reshaped(Shape([$0.shape[0]] + $1.dimensions)) }
        let outputs = try runInference(keras.model, store, shaped)
        #expect(outputs.count == expected.count && !outputs.isEmpty)
        for (index, (found, wanted)) in zip(outputs, expected).enumerated() {
            #expect(found.shape.count == wanted.shape.count, "output \(index)")
            let differences = zip(found.values, wanted.values).map { abs($0 - $1) }
            let worst = differences.max() ?? 0
            let relative = distance(found.reshaped([found.shape.count]), wanted.reshaped([wanted.shape.count]))
            #expect(worst <= 1e-4 || relative <= 1e-5, "output \(index) differs by \(worst), relatively \(relative)")
        }
    }

    /// Whole models without a golden file open too, or say which layers they have that nobody knows.
    @Test(arguments: files) func opensOrNamesTheLayer(file: String) throws {
        let checkpoint = try Checkpoint(path: SharedModelTests.checkpoints + "/" + file)
        guard checkpoint.attribute("model_config") != nil else { return }
        do { _ = try KerasModel.open(checkpoint) } catch {
            let config = checkpoint.attribute("model_config")?.string ?? ""
            let isForeign = error is UnknownLayerError || "\(error)".contains("there is no layer class")
            #expect(isForeign || config.contains("\"Lambda\""), "\(error)")
        }
    }
}
