import Checkpoints
import Foundation
import Testing

@testable import Keras

/// Real checkpoints, against what tf_keras and Keras computed from them.
@Suite struct SharedGoldenTests {
    @Test(
        .enabled(if: hasShared, "../shared is absent"),
        arguments: [
            "face_classification/fer2013_mini_XCEPTION.102-0.66.hdf5",
            "face_classification/gender_mini_XCEPTION.21-0.95.hdf5", "mlperf_tiny/ad01.h5",
            "mlperf_tiny/pretrainedResnet_cifar10.h5", "mlperf_tiny/vww_96.h5",
            "stm32_modelzoo/ImageNet__mobilenet_v1_0.25_224.h5",
        ])
    func predictionsAgree(file: String) throws {
        let golden = try Checkpoint(
            path: "\(shared)/golden/\(file.replacingOccurrences(of: "/", with: "__")).tfk2.npz")
        let model = try LoadedModel("\(shared)/checkpoints/\(file)")
        #expect(model.ledger.count(of: .loaded) == model.store.specs.count)
        #expect(model.ledger.count(of: .unused) == 0)
        let outputs = try model.predict(numbered("x", golden))
        let expected = numbered("y", golden)
        #expect(outputs.count == expected.count)
        for (found, wanted) in zip(outputs, expected) { #expect(distance(found, wanted) < 1e-5) }
    }
}
