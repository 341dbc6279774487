import Testing

@testable import Training

@Suite struct GuardTests {
    @Test func clippingScalesOnlyWhatIsTooLong() {
        #expect(GradientClipping(limit: 1).scale(norm: 4) == 0.25)
        #expect(GradientClipping(limit: 1).scale(norm: 1) == 1)
        #expect(GradientClipping(limit: 1).scale(norm: 0) == 1)
        #expect(GradientClipping(limit: nil).scale(norm: 1e9) == 1)
        #expect(GradientClipping(limit: 1).scale(norm: .infinity) == 1)
        #expect(GradientClipping(limit: 1).scale(norm: .nan) == 1)
    }

    @Test func nonFiniteErrorsSayWhereFirst() {
        let error = NonFiniteError(
            kind: .gradient, name: "block1.conv.kernel", step: 120, value: .nan, learningRate: 0.1)
        #expect(
            "\(error)" == "at step 120 the gradient of block1.conv.kernel became NaN, the first number to do so; "
                + "try a learning rate below 0.1, a warm-up or clip_norm, and check the range of the inputs")
        let input = NonFiniteError(kind: .input, name: "x", step: 1, value: -.infinity, learningRate: 0.1)
        #expect("\(input)".contains("the input x became minus infinity"))
    }
}
