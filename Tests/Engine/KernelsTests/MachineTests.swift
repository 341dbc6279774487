import Kernels
import Testing

struct MachineTests {
    @Test func theMachineIsDescribed() {
        let features = CPUFeatures()
        #expect(features.usableCores >= 1)
        #expect(!features.modelName.isEmpty)
        let versions = LibraryVersions.all
        #expect(versions.map { $0.name } == ["OpenBLAS", "oneDNN"])
        #expect(versions.allSatisfy { !$0.version.isEmpty })
    }
}
