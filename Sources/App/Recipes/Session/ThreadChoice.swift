import Graph
import Kernels
import Layers
import Tensors

/// How many threads compute: a pure function of the model, its batch and the machine's cores, never of a timing, so that
/// equal recipes give equal bytes. One pool serves all: our own loops, OpenBLAS and oneDNN.
enum ThreadChoice {
    /// Floating-point operations of a batch on its way through the model, forward, from which on a second thread gives
    /// more than it costs: some 30 µs of one core, where waking another takes 5 to 10 for each operation.
    static let worthwhile = 3_000_000

    /// - Parameter flops: of a batch, forward.
    static func threads(flops: Int, cores: Int) -> Int { flops < worthwhile ? 1 : max(cores, 1) }

    /// Chooses for a model, or takes what was asked for, and sets up the pool. Plans must be made afterwards.
    /// - Returns: how many.
    @discardableResult
    static func configure(_ asked: Int?, _ model: Model, _ inputShapes: [Shape], batchSize: Int) throws -> Int {
        let count: Int
        if let asked {
            count = asked
        } else {
            let flops = try forwardFlops(model, inputShapes) * batchSize
            count = threads(flops: flops, cores: CPUFeatures.usableCores)
        }
        Parallel.configure(threads: count)
        return count
    }

    @discardableResult
    static func configure(_ asked: Int?, _ session: Session) throws -> Int {
        try configure(
            asked, session.prepared.model, session.objective.inputShapes, batchSize: session.recipe.data.batchSize)
    }

    /// Of one example.
    private static func forwardFlops(_ model: Model, _ inputShapes: [Shape]) throws -> Int {
        let builder = GraphBuilder()
        let inputs = inputShapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(1)) }
        _ = try model.trace(inputs, in: LayerScope(builder: builder, options: .inference))
        return builder.build(outputs: []).flops.forward
    }
}
