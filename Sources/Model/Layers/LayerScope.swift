import Graph
import OrderedCollections
import Tensors

/// What a batch normalisation does with the moving statistics.
package enum BatchNormMode: String, Hashable, Sendable, CaseIterable {
    /// Normalises by the moving statistics and leaves them alone.
    case inference
    /// Normalises by the batch's statistics and moves the moving ones.
    case train
    /// As `train`, while gamma and beta stay.
    case adapt
}

/// What a model is traced for.
package struct TraceOptions: Sendable {
    package var isTraining: Bool
    /// The mode of the batch normalisation at a layer path; asked only while training.
    package var batchNormMode: @Sendable (ParameterPath) -> BatchNormMode

    package init(isTraining: Bool, batchNormMode: @escaping @Sendable (ParameterPath) -> BatchNormMode) {
        self.isTraining = isTraining
        self.batchNormMode = batchNormMode
    }

    package static let inference = TraceOptions(isTraining: false) { _ in .inference }
}

/// Where layers are called: it holds the graph being written, the path so far, and what was declared.
package final class LayerScope {
    package let builder: GraphBuilder
    package let options: TraceOptions
    package private(set) var path: ParameterPath = ""
    package private(set) var className = ""
    /// The names that make up the path; a name may hold dots.
    private var names: [String] = []
    /// Per path, the names that first gave it.
    private var owners: [ParameterPath: [String]] = [:]
    package private(set) var parameters: OrderedDictionary<ParameterPath, ParameterSpec> = [:]
    /// How the current layer is called; `inputs` are only names here.
    package private(set) var call = LayerCall([])
    private var masks: [Value: Value] = [:]
    /// New values of the tensors that move without a gradient.
    package private(set) var updates: [GraphOutput] = []

    /// How many rows of the batch belong to one example, where a layer is applied to every step of a sequence.
    package private(set) var rowsPerExample = 1

    package init(builder: GraphBuilder, options: TraceOptions) {
        self.builder = builder
        self.options = options
    }

    /// Runs `body` one level down. Names with dots simply add several components.
    /// - Throws: `LayerError` where another nesting of names gave the same path; what `body` throws.
    package func within<Result>(
        _ name: String, className: String, _ body: (LayerScope) throws -> Result
    ) throws -> Result {
        let outer = (path, self.className, builder.scope, names)
        path = path.appending(name)
        names.append(name)
        self.className = className
        builder.scope = path
        defer { (path, self.className, builder.scope, names) = outer }
        if let known = owners.updateValue(names, forKey: path), known != names {
            func chain(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: " in ") }
            throw error(
                "\(chain(names.reversed())) has the same path as \(chain(known.reversed())); rename one of them")
        }
        return try body(self)
    }

    /// Runs `body` where an example is `count` times as many rows as outside.
    func repeating<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
        let outer = rowsPerExample
        rowsPerExample *= count
        defer { rowsPerExample = outer }
        return try body()
    }

    /// Runs `body` with `call` as what the current layer is called with.
    func calling<Result>(_ call: LayerCall, _ body: () throws -> Result) rethrows -> Result {
        let outer = self.call
        self.call = call
        defer { self.call = outer }
        return try body()
    }

    /// Which steps of a sequence count: (batch, time) of ones and zeros; nil where all do.
    package func mask(of value: Value) -> Value? { masks[value] }

    /// Says which steps of `value` count; nil for all.
    package func setMask(_ mask: Value?, of value: Value) { masks[value] = mask }

    package func shape(of value: Value) -> Shape { builder.shape(of: value) }

    /// Declares a tensor of the current layer, or finds it where the layer is called a second time.
    package func parameter(
        _ name: String, _ shape: Shape, role: ParameterRole, initializer: Initializer, regularizer: Regularizer? = nil
    ) throws -> Value {
        guard shape.countIfAddressable != nil else {
            throw error("its \(name) would have a shape of \(shape), which is too large")
        }
        let spec = ParameterSpec(
            path: path.appending(name), layer: path, shape: shape, role: role, initializer: initializer,
            regularizer: regularizer)
        if let known = parameters[spec.path], known != spec {
            throw error(
                known.layer == path
                    ? "it is called on inputs that need a \(name) of \(known.shape) and of \(shape)"
                    : "its tensor \(spec.path) has the path of one of layer \"\(known.layer)\"; rename one of them")
        }
        parameters[spec.path] = spec
        return builder.parameter(spec.path, shape)
    }

    /// Says that a step gives a declared tensor a new value.
    package func update(_ name: String, to value: Value) {
        updates.append(GraphOutput(.update(path.appending(name)), value))
    }

    package func error(_ problem: String) -> LayerError {
        LayerError(layer: path.description, className: className, problem: problem)
    }

    /// - Throws: `LayerError` unless `x` has `rank` dimensions, the batch included.
    package func requireRank(_ rank: Int, _ x: Value) throws {
        let shape = shape(of: x)
        guard shape.rank == rank else {
            let example = shape.droppingFirst
            throw error("it takes \(rank - 1)-dimensional examples, and one here has a shape of \(example)")
        }
    }
}
