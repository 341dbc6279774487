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

    @Test func theFirstTensorThatIsNotFiniteIsFound() throws {
        let layout = [
            TensorSlot(path: "a.kernel", offset: 0, count: 2), TensorSlot(path: "b.kernel", offset: 16, count: 2),
        ]
        var values = [Float](repeating: 1, count: 32)
        values[3] = .nan
        func first() -> NonFiniteError? {
            NonFiniteError.first(.gradient, in: values, layout: layout, step: 7, learningRate: 0.1)
        }
        #expect(first() == nil, "padding is nobody's")
        values[17] = -.infinity
        #expect(first()?.name == "b.kernel" && first()?.value == -.infinity)
        values[1] = .nan
        #expect(first()?.name == "a.kernel" && first()?.value.isNaN == true && first()?.step == 7)
    }
}
