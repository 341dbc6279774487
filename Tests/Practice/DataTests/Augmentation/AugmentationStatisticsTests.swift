import Tensors
import Testing

@testable import Data

/// How often and how much.
@Suite struct AugmentationStatisticsTests {
    /// One white pixel on black, in the middle of a picture of 21 by 21.
    private struct Dot: Dataset {
        let count = 4000
        let inputShapes: [Shape] = [[21, 21, 1]]
        let target = TargetKind.none
        func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
            inputs[0].update(repeating: 0, count: 441)
            inputs[0][10 * 21 + 10] = 255
        }
    }

    private func mean(_ step: AugmentationStep, _ measure: ([Float]) -> Double) throws -> Double {
        let augmented = try Dot().augmented(by: Augmentation([step]), seed: 3)
        return try (0..<4000).reduce(0) { try $0 + measure(augmented.trained($1, epoch: 0)) } / 4000
    }

    @Test func crops() throws {
        // Each of five places down and across with equal chances: the mean of (place − 10)² is 2.
        let step = AugmentationStep.crop(padding: 2, fill: .value(0))
        func place(_ values: [Float]) -> Int { values.firstIndex(of: 255) ?? 0 }
        #expect(abs(try mean(step) { Double(place($0) / 21) } - 10) < 0.1)
        #expect(abs(try mean(step) { Double(place($0) % 21) } - 10) < 0.1)
        #expect(
            abs(
                try mean(step) {
                    let y = Double(place($0) / 21) - 10; return y * y
                } - 2) < 0.15)
        #expect(
            abs(
                try mean(step) { values in
                    let (y, x) = (Double(place(values) / 21) - 10, Double(place(values) % 21) - 10)
                    return y * x
                }) < 0.15)
    }

    @Test func flipsAndErasures() throws {
        struct Slope: Dataset {
            let count = 4000
            let inputShapes: [Shape] = [[2, 2, 1]]
            let target = TargetKind.none
            func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
                for i in 0..<4 { inputs[0][i] = Float(i) }
            }
        }
        let flips = try Slope().augmented(by: Augmentation([.flip(.both, probability: 0.3)]), seed: 3)
        var counts: [[Float]: Int] = [:]
        for index in 0..<4000 { counts[try flips.trained(index, epoch: 0), default: 0] += 1 }
        #expect(counts.count == 4)
        #expect(abs(Double(counts[[0, 1, 2, 3], default: 0]) / 4000 - 0.49) < 0.03)
        #expect(abs(Double(counts[[3, 2, 1, 0], default: 0]) / 4000 - 0.09) < 0.02)
        // A box of a tenth to three tenths in every second picture: a tenth of all pixels.
        let erase = AugmentationStep.erase(probability: 0.5, area: 0.1...0.3, aspect: 0.5...2, with: .value(9))
        #expect(abs(try mean(erase) { Double($0.count { $0 == 9 }) / 441 } - 0.1) < 0.01)
        #expect(abs(try mean(erase) { $0.contains(9) ? 1 : 0 } - 0.5) < 0.03)
        // Noise is uniform up to white.
        let noise = AugmentationStep.erase(probability: 1, area: 1...1, aspect: 1...1, with: .noise)
        #expect(abs(try mean(noise) { $0.reduce(0) { $0 + Double($1) } / 441 } - 127.5) < 0.5)
    }

    @Test func strengthsAreUniform() throws {
        // The middle pixel of a picture of 255 and 0, darkened: the mean factor is 0.75 below, all above are cut off.
        let dark = AugmentationStep.color(brightness: 0.5, contrast: 0, saturation: 0, hue: 0)
        #expect(abs(try mean(dark) { Double($0[220]) / 255 } - 0.875) < 0.01)
        // A turn keeps the light that is there.
        let turn = AugmentationStep.rotation(-45...45, fill: .value(0))
        #expect(abs(try mean(turn) { Double($0[220]) } - 255) < 0.01)
    }
}
