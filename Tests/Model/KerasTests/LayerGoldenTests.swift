import Checkpoints
import Foundation
import Testing

@testable import Keras

/// Small models that both Kerases saved, against what both computed (see `Fixtures/README.md`).
@Suite struct LayerGoldenTests {
    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: fixture("layers"))) ?? []
        return names.filter { $0.hasSuffix(".h5") }.sorted()
    }()

    @Test(arguments: files)
    func predictionsAgree(file: String) throws {
        let name = String(file.prefix { $0 != "." })
        let isKeras2 = file.hasSuffix(".tfk2.h5")
        let golden = try Checkpoint(path: fixture("layers/\(name).npz"))
        let overlay = fixture("layers/\(name).tfk2.npz")
        let other = isKeras2 && FileManager.default.fileExists(atPath: overlay) ? try Checkpoint(path: overlay) : nil
        let inputs = numbered("x", golden, over: other)
        let model = try LoadedModel(fixture("layers/" + file), inputShapes: inputs.map(\.shape.droppingFirst))
        #expect(model.ledger.count(of: .fresh) == 0)
        #expect(model.ledger.count(of: .unused) == 0)
        let outputs = try model.predict(inputs)
        let expected = numbered("y", golden, over: other)
        #expect(outputs.count == expected.count && !outputs.isEmpty)
        for (index, (found, wanted)) in zip(outputs, expected).enumerated() {
            #expect(distance(found, wanted) < 1e-5, "output \(index) of \(file)")
        }
    }
}
