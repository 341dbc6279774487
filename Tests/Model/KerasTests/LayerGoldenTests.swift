import Checkpoints
import Foundation
import Tensors
import Testing

@testable import Keras

/// Small models that both Kerases saved, against what both computed (see `Fixtures/README.md`).
@Suite struct LayerGoldenTests {
    static func files(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: fixture(folder))) ?? []
        return names.filter { $0.hasSuffix(".h5") }.sorted()
    }

    @Test(arguments: files(in: "layers"))
    func predictionsAgree(file: String) throws {
        let golden = try LayerGolden(file)
        try check(golden.path, golden.common, over: golden.overlay)
    }

    /// Of Σᵢ Σ yᵢ·rᵢ with respect to every input and every tensor that trains.
    @Test(arguments: files(in: "layers"))
    func gradientsAgree(file: String) throws {
        let golden = try LayerGolden(file)
        let model = try golden.load()
        try compare(try GoldenRun(model, golden, isTraining: false), with: golden, prefix: "", model)
    }

    static let trainingFiles = files(in: "layers").filter { file in
        (try? LayerGolden(file))?.common.tensors["training.y0"] != nil
    }

    /// By the batch's statistics, which move the moving ones.
    @Test(arguments: trainingFiles)
    func trainingAgrees(file: String) throws {
        let golden = try LayerGolden(file)
        let model = try golden.load()
        let run = try GoldenRun(model, golden, isTraining: true)
        try compare(run, with: golden, prefix: "training.", model)
        // tf_keras' fused kernel moves the variance towards n/(n − 1) times the batch's: Keras 3's values are ours.
        for (path, key) in try golden.keys(of: model) where golden.hasKeras3 {
            guard let found = run.updates[path] else { continue }
            let wanted = try #require(golden.common.tensors["training.after." + key], "\(key)").read()
            #expect(distance(found, wanted) < 1e-5, "\(key)")
        }
        let moving = model.store.specs.values.filter { $0.role == .statistic && $0.name.contains("moving") }
        #expect(moving.allSatisfy { run.updates[$0.path] != nil })
    }

    private func compare(
        _ run: GoldenRun, with golden: LayerGolden, prefix: String, _ model: LoadedModel
    ) throws {
        for (index, found) in run.outputs.enumerated() {
            let wanted = try #require(golden[prefix + "y\(index)"])
            #expect(distance(found, wanted) < 1e-5, "y\(index)")
        }
        // A gradient that is 0 but for rounding, as of a bias before a softmax, is judged by the others.
        let largest = (run.inputGradients + run.gradients.values).flatMap(\.values).map(abs).max() ?? 0
        func deviation(_ found: Tensor, _ wanted: Tensor) -> Float {
            let scale = max(wanted.values.map(abs).max() ?? 0, 0.01 * largest, .leastNormalMagnitude)
            let difference = zip(found.values, wanted.values).map { abs($0 - $1) }.max() ?? 0
            return difference.isNaN || found.shape.count != wanted.shape.count ? .infinity : difference / scale
        }
        for (index, found) in run.inputGradients.enumerated() {
            // Whole numbers have no gradient.
            guard let wanted = golden[prefix + "grad.x\(index)"] else {
                #expect(found.values.allSatisfy { $0 == 0 })
                continue
            }
            #expect(deviation(found, wanted) < 1e-4, "x\(index)")
        }
        // A depthwise kernel has two shapes for the same elements.
        for (path, key) in try golden.keys(of: model) where model.store.specs[path]!.role.hasGradient {
            let wanted = try #require(golden[prefix + "grad." + key], "\(key)")
            #expect(deviation(try #require(run.gradients[path], "\(path)"), wanted) < 1e-4, "\(key)")
        }
    }

    @Test(arguments: files(in: "nested"))
    func modelsInsideModelsAgree(file: String) throws {
        let golden = try Checkpoint(path: fixture("nested/\(file.dropLast(3)).npz"))
        try check(fixture("nested/" + file), golden, over: nil)
    }

    /// Predictions of the model, and of the model written and read again.
    private func check(_ path: String, _ golden: Checkpoint, over overlay: Checkpoint?) throws {
        let inputs = numbered("x", golden, over: overlay)
        let expected = numbered("y", golden, over: overlay)
        let model = try LoadedModel(path, inputShapes: inputs.map(\.shape.droppingFirst))
        #expect(model.ledger.count(of: .fresh) == 0)
        #expect(model.ledger.count(of: .unused) == 0)
        let outputs = try model.predict(inputs)
        #expect(outputs.count == expected.count && !outputs.isEmpty)
        for (index, (found, wanted)) in zip(outputs, expected).enumerated() {
            #expect(distance(found, wanted) < 1e-5, "output \(index)")
        }
        try withTemporaryFolder { folder in
            try model.write(to: folder + "/again.h5")
            let again = try LoadedModel(folder + "/again.h5", inputShapes: inputs.map(\.shape.droppingFirst))
            #expect(again.ledger.count(of: .fresh) == 0 && again.ledger.count(of: .unused) == 0)
            #expect(try again.predict(inputs) == outputs)
        }
    }
}
