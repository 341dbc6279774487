import Checkpoints
import Foundation
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
        let name = String(file.prefix { $0 != "." })
        let golden = try Checkpoint(path: fixture("layers/\(name).npz"))
        let overlay = fixture("layers/\(name).tfk2.npz")
        let isOverlaid = file.hasSuffix(".tfk2.h5") && FileManager.default.fileExists(atPath: overlay)
        try check(fixture("layers/" + file), golden, over: isOverlaid ? try Checkpoint(path: overlay) : nil)
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
