import Data
import Graph
import JSON
import Layers
import TestSupport
import Tensors
import Testing

@testable import Training

/// What layers add to the loss.
@Suite struct ObjectiveRulesTests {
    /// A linear layer of one weight, 2, on examples 1 and 3, against targets 0: squares 4 and 36; a third row is padding.
    private func loss(_ settings: JSON) throws -> Double {
        var config: JSON = ["units": 1, "use_bias": false]
        for (key, value) in settings.object ?? [:] { config[key] = value }
        let model = try Model.sequential(
            name: "m", generation: .keras3, input: [1], inputName: "x",
            layers: [LayerSpecification(className: "Dense", name: "d", config: config)])
        let objective = try Objective(
            model: model, inputShapes: [[1]], target: .values([1]), loss: Loss(.meanSquaredError))
        let graph = try objective.trainingGraph(batch: 3, trainable: ["d.kernel"], batchNormModes: [:])
        var interpreter = GraphInterpreter(
            inputs: ["x0": [1, 3, 50], "target": [0, 0, 0], "weights": [1, 1, 0]], parameters: ["d.kernel": [2]])
        interpreter.validRows = 2
        return try #require(interpreter.run(graph).result("loss"))[0]
    }

    @Test func penaltiesOfTensorsAndActivities() throws {
        #expect(try loss([:]) == 20)
        #expect(try loss(["kernel_regularizer": ["class_name": "L2", "config": ["l2": 0.5]]]) == 22)
        // Per real example: 2 and 6.
        let activity: JSON = ["activity_regularizer": ["class_name": "L1", "config": ["l1": 0.25]]]
        #expect(try loss(activity) == 21)
    }
}
