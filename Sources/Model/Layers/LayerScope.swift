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
    private var rules = TrainingRules()
    private var failure: LayerError?
    /// New values of the tensors that move without a gradient.
    package private(set) var updates: [GraphOutput] = []
    /// What layers add to the training loss, (batch,) each: a batch's loss is their mean over its examples.
    package private(set) var losses: [Value] = []

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
        let result = try body(self)
        if let failure { throw failure }
        return result
    }

    /// Runs `body` one level down, with what the layer's settings say about training.
    package func within<Result>(
        _ specification: LayerSpecification, _ body: (LayerScope) throws -> Result
    ) throws -> Result {
        let outer = rules
        rules = TrainingRules(specification)
        defer { rules = outer }
        return try within(specification.name, className: specification.className, body)
    }

    /// Runs `body` for a layer inside the current one, with what its settings say about training: below its name, or
    /// where the current one is.
    func inside<Result>(
        _ specification: LayerSpecification, isNamed: Bool = true, _ body: (LayerScope) throws -> Result
    ) throws -> Result {
        if isNamed { return try within(specification, body) }
        let outer = rules
        rules = TrainingRules(specification)
        defer { rules = outer }
        return try body(self)
    }

    /// Remembers what is wrong where nothing can be thrown; the layer's call throws it.
    package func fail(_ problem: String) { failure = failure ?? error(problem) }

    /// Adds to the training loss: `value` (batch,), one number an example.
    package func addLoss(_ value: Value) {
        guard rowsPerExample > 1 else { return losses.append(value) }
        let rows = builder.reshape(value, [shape(of: value).count / rowsPerExample, rowsPerExample])
        losses.append(builder.mean(rows, axes: [1]))
    }

    /// Adds what the layer's `activity_regularizer` makes of one of its outputs.
    func regularizeActivity(_ output: Value) {
        guard options.isTraining, let penalty = rules.activity?.penalty(ofExamples: output, in: builder) else { return }
        addLoss(penalty)
    }

    /// Runs `body` where an example is `count` times as many rows as outside.
    func repeating<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
        let outer = rowsPerExample
        rowsPerExample *= count
        defer { rowsPerExample = outer }
        return try body()
    }

    /// Runs `body` with `call` as what the current layer is called with.
    package func calling<Result>(_ call: LayerCall, _ body: () throws -> Result) rethrows -> Result {
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
            regularizer: regularizer, constraint: rules.constraint(of: name))
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
