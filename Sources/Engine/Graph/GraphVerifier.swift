import Tensors

extension Graph {
    /// Checks what every pass must keep: inputs come before their users, types follow from the rules, outputs exist, each
    /// role is given once, by numbers that are not bfloat16, and gradients have their parameter's shape.
    /// - Throws: `GraphVerificationError`, which names the pass.
    package func verify(after pass: String) throws {
        func fail(_ reason: String) -> GraphVerificationError { GraphVerificationError(pass: pass, reason: reason) }
        var parameters: [ParameterPath: Shape] = [:]
        for (index, node) in nodes.enumerated() {
            for input in node.inputs
            where input.node >= index || !nodes[input.node].outputs.indices.contains(input.output) {
                throw fail("node \(index) (\(node.op.name)) reads a value that is not there yet")
            }
            let types: [ValueType]
            do { types = try node.op.outputTypes(node.inputs.map(type)) } catch { throw fail("\(error)") }
            guard types == node.outputs else { throw fail("node \(index) (\(node.op.name)) carries wrong types") }
            if case .parameter(let path, let shape) = node.op {
                guard parameters.updateValue(shape, forKey: path) == nil else { throw fail("\(path) stands twice") }
            }
        }
        var roles: Set<GraphOutput.Role> = []
        for output in outputs {
            guard nodes.indices.contains(output.value.node),
                nodes[output.value.node].outputs.indices.contains(output.value.output)
            else { throw fail("an output is not there") }
            guard type(of: output.value).dataType != .bfloat16 else { throw fail("\(output.role) is bfloat16") }
            guard roles.insert(output.role).inserted else { throw fail("\(output.role) is given twice") }
            switch output.role {
            case .gradient(let path), .update(let path):
                // A parameter whose new value does not depend on its old one need not be read.
                var expected = parameters[path]
                if case .update = output.role { expected = expected ?? type(of: output.value).shape }
                guard expected == type(of: output.value).shape else {
                    throw fail("\(output.role) does not have its parameter's shape")
                }
            case .result: break
            }
        }
    }
}

/// A pass that broke a graph: our own mistake, caught before it computes anything.
package struct GraphVerificationError: Error, CustomStringConvertible {
    package let pass: String
    package let reason: String
    package var description: String { "internal error: after \(pass), \(reason)" }
}
