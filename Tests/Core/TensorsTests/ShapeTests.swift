import Tensors
import Testing

@Suite struct ShapeTests {
    @Test func countsAndStrides() {
        #expect(Shape.scalar.count == 1 && Shape.scalar.rank == 0 && Shape.scalar.strides == [])
        #expect(Shape([2, 3, 4]).count == 24)
        #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
        #expect(Shape([2, 0, 4]).count == 0)
        #expect(Shape([5])[-1] == 5 && Shape([2, 3, 4])[-2] == 3)
    }

    @Test func axesCountFromEitherEnd() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.normalized(axis: -1) == 2)
        #expect(shape.normalized(axis: 0) == 0)
        #expect(shape.normalized(axis: 3) == nil)
        #expect(shape.normalized(axis: -4) == nil)
    }

    @Test func batches() {
        #expect(Shape([3, 4]).batched(2) == [2, 3, 4])
        #expect(Shape([2, 3, 4]).droppingFirst == [3, 4])
        #expect(Shape.scalar.droppingFirst == [])
    }

    /// By NumPy's rules.
    static let broadcasts: [(Shape, Shape, Shape?)] = [
        ([], [], []), ([], [3], [3]), ([3], [1], [3]), ([2, 1], [1, 3], [2, 3]), ([4, 2, 3], [2, 1], [4, 2, 3]),
        ([3], [2], nil), ([2, 3], [2], nil), ([0], [1], [0]), ([1, 5], [0, 1], [0, 5]), ([0], [2], nil),
        ([1, 1, 1], [7], [1, 1, 7]),
    ]

    @Test(arguments: broadcasts) func broadcasting(_ test: (Shape, Shape, Shape?)) {
        #expect(test.0.broadcast(with: test.1) == test.2)
        #expect(test.1.broadcast(with: test.0) == test.2)
    }

    @Test func shapesAreWrittenAsPythonWritesThem() {
        #expect("\(Shape.scalar)" == "()")
        #expect("\(Shape([3]))" == "(3,)")
        #expect("\(Shape([3, 3, 1, 32]))" == "(3, 3, 1, 32)")
    }

    @Test func whatNoMachineHoldsHasNoCount() {
        #expect(Shape([2, 3]).countIfAddressable == 6)
        #expect(Shape.scalar.countIfAddressable == 1)
        #expect(Shape([1 << 40, 1 << 40]).countIfAddressable == nil)
        #expect(Shape([.max, 2]).countIfAddressable == nil)
        #expect(Shape([1 << 48]).countIfAddressable == 1 << 48)
    }

    @Test func tensorsKeepTheirValuesInAnotherShape() {
        let tensor = Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
        #expect(tensor.reshaped([3, 2]).values == tensor.values)
        #expect(Tensor(zeros: [2, 2]).values == [0, 0, 0, 0])
    }
}
