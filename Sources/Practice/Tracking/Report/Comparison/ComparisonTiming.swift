import JSON

/// `comparison-timing.json`: what a clock decided, of the runs of a comparison.
package struct ComparisonTiming: Sendable, Hashable {
    /// When each arm of a pair was as good as the second one ends.
    struct Reached: Sendable, Hashable {
        var first: String
        var second: String
        var fraction: Double
        /// Medians over seeds; nil where most never get there.
        var firstSeconds: Double?
        var secondSeconds: Double?
    }

    struct Run: Sendable, Hashable {
        var arm: String
        var seed: Int
        var fraction: Double
        var seconds: Double
    }

    /// Of all runs.
    var seconds: Double
    var runs: [Run]
    var reached: [Reached]

    /// - Throws: `RunRecordError` naming the key that is absent or of the wrong type.
    package init(json: JSON) throws {
        let reader = Members(json)
        seconds = try reader.number("seconds")
        runs = try reader.objects("runs").map {
            Run(
                arm: try $0.text("arm"), seed: try $0.integer("seed"), fraction: try $0.number("fraction"),
                seconds: try $0.number("seconds"))
        }
        reached = try reader.objects("seconds_to_reach").map {
            Reached(
                first: try $0.text("first"), second: try $0.text("second"), fraction: try $0.number("fraction"),
                firstSeconds: try $0.optional("first_seconds", $0.number),
                secondSeconds: try $0.optional("second_seconds", $0.number))
        }
    }

    func seconds(of run: Comparison.Run) -> Double? {
        runs.first { $0.arm == run.arm && $0.seed == run.seed && $0.fraction == run.fraction }?.seconds
    }

    func reached(_ pair: Comparison.Pair) -> Reached? {
        reached.first { $0.first == pair.first && $0.second == pair.second && $0.fraction == pair.fraction }
    }
}
