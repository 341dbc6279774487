import Graph
import JSON
import Layers
import Runtime
import TestSupport
import Tensors

/// What there is to know of one layer called once, checked by the interpreter, difference quotients and a plan.
struct LayerCheck {
    let outputShapes: [Shape]
    let specs: [ParameterSpec]
    let updates: [ParameterPath]
    /// Per input and parameter.
    let gradients: GradientCheck
    /// Where a plan differs from the interpreter.
    let mismatches: [String]
    /// The first output by the interpreter, and what it was computed from.
    let output: [Double]
    let interpreter: GraphInterpreter

    /// - Parameters:
    ///   - mode: what a batch normalisation does; nil for inference as a whole.
    ///   - indices: for inputs that are whole numbers, how many there are of them; such inputs get no gradient.
    ///   - call: how the inputs are passed, where some go by keyword.
    init(
        _ className: String, _ config: JSON, inputs: [Shape], mode: BatchNormMode? = nil,
        generation: KerasGeneration = .keras3, seed: UInt64 = 1, indices: Int? = nil, call: LayerCall = [],
        lambda: String? = "x / 2"
    ) throws {
        let specification = LayerSpecification(className: className, name: "layer", config: config)
        let layer = try LayerCatalog.make(
            specification, generation: generation, lambdas: lambda.map { ["layer": $0] } ?? [:])
        let builder = GraphBuilder()
        let scope = LayerScope(
            builder: builder, options: TraceOptions(isTraining: mode != nil) { _ in mode ?? .inference })
        let values = inputs.enumerated().map { builder.input("x\($0.offset)", $0.element) }
        let outputs = try scope.within("layer", className: className) { scope in
            try scope.calling(call) { try layer(values, in: scope) }
        }
        let shapes = outputs.map { builder.shape(of: $0) }
        outputShapes = shapes
        specs = Array(scope.parameters.values)
        updates = scope.updates.compactMap { if case .update(let path) = $0.role { path } else { nil } }
        interpreter = LayerCheck.values(inputs, specs, shapes, seed: seed, indices: indices)

        let terms = outputs.enumerated().map { index, output in
            builder.sumAll(builder.multiply(output, builder.input("r\(index)", shapes[index])))
        }
        let loss = terms.dropFirst().reduce(terms[0]) { builder.add($0, $1) }
        let trained = specs.filter(\.role.hasGradient)
        var targets = indices == nil ? values.enumerated().map { ("x\($0.offset)", $0.element) } : []
        targets += trained.map { ($0.path.description, builder.parameter($0.path, $0.shape)) }
        gradients = GradientCheck(builder, loss: loss, targets: targets, interpreter: interpreter)

        let slopes = builder.gradients(of: loss, withRespectTo: trained.map { builder.parameter($0.path, $0.shape) })
        let gradientOutputs = zip(trained, slopes).compactMap { spec, slope in
            slope.map { GraphOutput(.gradient(spec.path), $0) }
        }
        let results = outputs.enumerated().map { GraphOutput(.result("y\($0.offset)"), $0.element) }
        let graph = builder.build(outputs: results + gradientOutputs + scope.updates)
        let run = interpreter.run(graph)
        output = run.result("y0") ?? []
        mismatches = run.mismatches(try LayerCheck.planned(graph, interpreter))
    }

    private static func values(
        _ inputs: [Shape], _ specs: [ParameterSpec], _ outputs: [Shape], seed: UInt64, indices: Int?
    ) -> GraphInterpreter {
        var random = TestValues(seed: seed)
        var interpreter = GraphInterpreter()
        interpreter.seed = 5
        interpreter.validRows = inputs[0][0]
        for (index, shape) in inputs.enumerated() {
            interpreter.inputs["x\(index)"] =
                indices.map { random.integers(shape.count, in: 0...$0 - 1).map(Double.init) }
                ?? random.distinct(shape.count)
        }
        for (index, shape) in outputs.enumerated() { interpreter.inputs["r\(index)"] = random.normal(shape.count) }
        for spec in specs {
            interpreter.parameters[spec.path] =
                spec.role == .statistic
                ? random.uniform(spec.shape.count, in: 0.5...2) : random.normal(spec.shape.count, scale: 0.5)
        }
        return interpreter
    }

    private static func planned(
        _ graph: Graph, _ interpreter: GraphInterpreter
    ) throws -> [GraphOutput.Role: [Float]] {
        let memory = HostMemory(graph, interpreter)
        let plan = try Plan(graph, bindings: Plan.Bindings(parameter: memory.parameter, gradient: memory.gradient))
        for (name, pointer) in memory.inputs { if let input = plan.input(name) { plan.bind(input, to: pointer) } }
        plan.run(seed: interpreter.seed, step: interpreter.step, validRows: interpreter.validRows ?? 1)
        plan.applyUpdates()
        return memory.outputs(of: graph, result: plan.result)
    }
}

/// Calls a layer as `LayerCheck` does and gives only the error's text.
func refusal(
    _ className: String, _ config: JSON, inputs: [Shape] = [[2, 4, 4, 2]], generation: KerasGeneration = .keras3,
    lambda: String? = "x / 2"
) -> String? {
    do {
        let specification = LayerSpecification(className: className, name: "layer", config: config)
        let layer = try LayerCatalog.make(
            specification, generation: generation, lambdas: lambda.map { ["layer": $0] } ?? [:])
        let builder = GraphBuilder()
        let values = inputs.enumerated().map { builder.input("x\($0.offset)", $0.element) }
        let scope = LayerScope(builder: builder, options: .inference)
        _ = try scope.within("layer", className: className) { try layer(values, in: $0) }
        return nil
    } catch { return "\(error)" }
}
