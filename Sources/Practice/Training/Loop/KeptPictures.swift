import Data
import Glibc

extension Trainer {
    /// Bytes of decoded pictures that are kept for later passes: 128 MB, on small machines a 32nd of their memory.
    private static let pictureBytes = min(128 << 20, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 32)

    /// Lets the examples keep their decoded pictures where a phase reads them in several passes.
    /// - Parameter isPrefixKept: whether what the first layers make of an example is kept, so that its picture is not.
    func keepPictures(
        _ phase: PhaseConfiguration, stepsPerEpoch: Int, unless isPrefixKept: @autoclosure () throws -> Bool
    ) rethrows {
        guard phase.length.steps(perEpoch: stepsPerEpoch) > stepsPerEpoch, try !isPrefixKept() else { return }
        training.dataset.keepPictures(upTo: Trainer.pictureBytes)
    }
}
