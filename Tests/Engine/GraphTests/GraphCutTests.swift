import Tensors
import Testing

@testable import Graph

/// Where the part of a graph ends that is the same for an example in every epoch.
@Suite struct GraphCutTests {
    private let batch = 4

    private func examples(_ g: GraphBuilder, _ shape: Shape, _ index: Int = 0) -> Value {
        g.input("x\(index)", shape.batched(batch))
    }

    private func dense(_ g: GraphBuilder, _ x: Value, _ path: ParameterPath, _ units: Int) -> Value {
        g.scope = path
        let kernel = g.parameter(path, [g.shape(of: x)[-1], units])
        return g.emit(.linear(hasBias: false, activation: nil), [x, kernel])
    }

    /// With `head` the only parameter that trains.
    private func cut(_ g: GraphBuilder, _ loss: Value, changing: Set<ParameterPath> = ["head"]) throws -> GraphCut {
        let graph = g.build(outputs: [GraphOutput(.result("loss"), g.sumAll(loss))])
        let inputs: Set = ["x0", "x1"]
        let cut = try GraphCut(graph, batch: batch, inputs: inputs, changing: changing)
        try cut.prefix.verify(after: "cutting")
        try cut.suffix()?.verify(after: "cutting")
        return cut
    }

    private func inputs(_ graph: Graph?) -> [String] {
        (graph?.nodes ?? []).compactMap { node in if case .input(let name, _) = node.op { name } else { nil } }
    }

    @Test func itEndsBeforeWhatTrains() throws {
        let g = GraphBuilder()
        let base = g.unary(.tanh, dense(g, examples(g, [64]), "base", 32))
        let cut = try cut(g, dense(g, base, "head", 3))
        #expect(cut.shapes == [[32]] && cut.floats == 32 && cut.scopes == ["base"])
        #expect(cut.parameters == ["base"])
        #expect(cut.flops == 2 * 64 * 32 + 32)
        #expect(inputs(cut.prefix) == ["x0"] && inputs(cut.suffix()) == ["f0"])
    }

    @Test func aResidualCrossesOnceOrTwice() throws {
        let g = GraphBuilder()
        // Both the sum and one of its terms are read behind: the two terms are no more than that.
        let a = dense(g, examples(g, [64]), "a", 16)
        let b = dense(g, a, "b", 16)
        let sum = g.add(a, b)
        let cut = try cut(g, g.add(dense(g, sum, "head", 16), a))
        #expect(cut.shapes == [[16], [16]])
        #expect(inputs(cut.suffix()).sorted() == ["f0", "f1"])
    }

    @Test func whatIsWidenedForNothingIsWidenedAgain() throws {
        let g = GraphBuilder()
        let a = dense(g, examples(g, [64]), "a", 16)
        let wide = g.emit(.concatenate(axis: 1), [g.unary(.relu(), a), g.unary(.tanh, a), g.scale(a, by: 2)])
        let cut = try cut(g, dense(g, wide, "head", 3))
        #expect(cut.shapes == [[16]], "the three come from one")
        #expect(cut.suffix()?.nodes.contains { if case .concatenate = $0.op { true } else { false } } == true)
    }

    @Test func anInputThatNothingIsComputedFromCrossesItself() throws {
        let g = GraphBuilder()
        let a = dense(g, examples(g, [64]), "a", 16)
        let both = g.emit(.concatenate(axis: 1), [a, examples(g, [5], 1)])
        let cut = try cut(g, dense(g, both, "head", 3))
        #expect(cut.floats == 21)
        #expect(inputs(cut.suffix()).allSatisfy { $0.hasPrefix("f") })
    }

    @Test func whatIsRandomOrMixesExamplesEndsIt() throws {
        let g = GraphBuilder()
        let a = dense(g, examples(g, [64]), "a", 32)
        let dropped = g.emit(.dropout(rate: 0.5, substream: 1), [a])
        #expect(try cut(g, dense(g, dense(g, dropped, "b", 8), "head", 3)).scopes == ["a"])

        let h = GraphBuilder()
        let c = dense(h, examples(h, [64]), "a", 32)
        let turned = h.emit(.transpose([1, 0]), [c])
        let mixed = h.emit(.transpose([1, 0]), [h.multiply(turned, turned)])
        #expect(try cut(h, dense(h, dense(h, mixed, "b", 8), "head", 3)).scopes == ["a"])
    }

    @Test func whatIsQuickerThanKeepingIsNotCut() {
        let g = GraphBuilder()
        #expect(throws: GraphCut.Obstacle.nothingStays) { try cut(g, dense(g, examples(g, [64]), "head", 3)) }
        let scaled = g.scale(examples(g, [64]), by: 0.5)
        #expect(throws: GraphCut.Obstacle.notWorthIt(flops: 64, floats: 64)) { try cut(g, dense(g, scaled, "head", 3)) }
        let h = GraphBuilder()
        let wide = dense(h, examples(h, [4]), "a", 64)
        #expect(throws: GraphCut.Obstacle.notWorthIt(flops: 512, floats: 64)) { try cut(h, dense(h, wide, "head", 3)) }
    }

    /// Another graph over the same first part is cut at the same values, also where its nodes have other places.
    @Test func anotherGraphIsCutWhereItComputesTheSame() throws {
        func graph(training: Bool) -> Graph {
            let g = GraphBuilder()
            if !training { _ = g.constant(3) }
            let base = g.unary(.tanh, dense(g, examples(g, [64]), "base", 32))
            let dropped = training ? g.emit(.dropout(rate: 0.5, substream: 1), [base]) : base
            let result = dense(g, dropped, "head", 3)
            return g.build(outputs: [GraphOutput(.result("y"), result)])
        }
        let cut = try GraphCut(graph(training: true), batch: batch, inputs: ["x0"], changing: ["head"])
        #expect(inputs(cut.suffix(of: graph(training: false))) == ["f0"])
        let g = GraphBuilder()
        let other = dense(g, examples(g, [64]), "another", 32)
        let unrelated = g.build(outputs: [GraphOutput(.result("y"), dense(g, other, "head", 3))])
        #expect(cut.suffix(of: unrelated) == nil)
    }

    /// What passes between convolutions of large pictures fits the caches for a few of them only; products of a row each
    /// would read all weights for it.
    @Test func largePicturesGoThroughInBlocks() throws {
        func block(_ size: Int, channels: Int, batch: Int) throws -> Int {
            let g = GraphBuilder()
            let geometry = ConvolutionGeometry(
                batch: batch, input: [size, size], inputChannels: channels, output: [size, size],
                outputChannels: channels, kernel: [3, 3], strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1],
                paddingAfter: [1, 1], groups: 1)
            let x = g.input("x0", geometry.inputShape)
            g.scope = "base"
            let y = g.emit(
                .convolution(geometry, hasBias: false, activation: nil),
                [x, g.parameter("base", geometry.kernelShape)])
            let means = g.mean(y, axes: [1, 2])
            let graph = g.build(outputs: [GraphOutput(.result("loss"), g.sumAll(dense(g, means, "head", 3)))])
            return try GraphCut(graph, batch: batch, inputs: ["x0"], changing: ["head"]).block
        }
        #expect(try block(56, channels: 32, batch: 32) == 2)
        #expect(try block(56, channels: 32, batch: 33) == 3)
        #expect(try block(56, channels: 32, batch: 31) == 31, "no divisor")
        #expect(try block(28, channels: 32, batch: 128) == 16)
        let g = GraphBuilder()
        let rows = try cut(g, dense(g, dense(g, examples(g, [512]), "base", 512), "head", 3))
        #expect(rows.block == batch)
    }
}
