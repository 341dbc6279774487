import JSON
import Training

extension Comparison {
    /// Reads a comparison's folder.
    /// - Throws: `SystemError` where there is no `comparison.json`; `DamagedComparison`.
    package init(readingFolder path: String) throws {
        let file = joined(path, Comparison.fileName)
        let text = try readText(file)
        do { try self.init(json: JSON(parsing: text)) } catch {
            throw DamagedComparison(file: file, reason: "\(error)")
        }
    }

    /// Reads what `json` wrote. Keys that are not known are passed over: a later version may have written them.
    /// - Throws: `RunRecordError` naming the key that is absent or of the wrong type.
    package init(json: JSON) throws {
        let reader = Members(json)
        guard try reader.integer("version") == Comparison.version else {
            throw RunRecordError(key: "version", expected: "\(Comparison.version)")
        }
        let metric = try reader.object("metric")
        let budget = try reader.object("budget")
        self.init(
            name: try reader.text("name"),
            metric: Metric(
                name: try metric.text("name"), goal: try metric.text("goal") == "min" ? .lower : .higher,
                data: try metric.text("data")),
            seeds: try reader.require("seeds", "a list of integers", reader.integers),
            fractions: try reader.require("fractions", "a list of numbers") { $0.array?.compactMap(\.double) },
            splitsBySeed: try reader.text("split") != "same",
            budget: Budget(
                kind: try budget.choice("kind", Budget.Kind.self), steps: budget["steps"]?.int,
                minutes: budget["minutes"]?.double),
            confidence: try reader.number("confidence"), draws: try reader.integer("draws"),
            classes: try reader.texts("classes"), arms: try reader.objects("arms").map(Arm.init))
        status = try reader.choice("status", Status.self)
        oldTask = json["old_task"] ?? .null
        for (key, text) in try reader.object("request").allTexts() { request[key] = text }
        runs = try reader.objects("runs").map(Run.init)
        comparisons = try reader.objects("comparisons").map(Pair.init)
        efficiency = try reader.objects("efficiency").map(Equivalence.init)
        forgetting = try reader.objects("forgetting").map(Forgetting.init)
    }
}

extension Comparison.Arm {
    fileprivate init(_ reader: Members) throws {
        let checkpoint = try reader.optional("checkpoint") { try reader.object($0) }
        self.init(
            name: try reader.text("name"), recipe: try reader.object("recipe").value,
            checkpoint: try checkpoint.map {
                Comparison.Checkpoint(path: try $0.text("path"), hash: try $0.text("hash"))
            }, learningRate: try reader.number("learning_rate"),
            rateFrom: try reader.choice("rate_from", RateOrigin.self))
    }
}

extension Comparison.Run {
    fileprivate init(_ reader: Members) throws {
        self.init(
            arm: try reader.text("arm"), seed: try reader.integer("seed"), fraction: try reader.number("fraction"),
            labels: try reader.integer("labels"), steps: try reader.integer("steps"),
            status: try reader.choice("status", Status.self), score: try reader.optional("score", reader.number),
            bestStep: try reader.optional("best_step", reader.integer), folder: try reader.text("folder"),
            modelHash: reader["model_hash"]?.string,
            curve: try reader.require("curve", "a list of pairs") { list in
                let points = list.array?.compactMap { pair -> Point? in
                    guard let step = pair[0]?.int, let score = pair[1].flatMap(\.number) else { return nil }
                    return Point(step: step, score: score)
                }
                return points?.count == list.array?.count ? points : nil
            })
    }
}

extension Comparison.Pair {
    fileprivate init(_ reader: Members) throws {
        self.init(
            first: try reader.text("first"), second: try reader.text("second"), fraction: try reader.number("fraction"),
            seeds: try reader.require("seeds", "a list of integers", reader.integers),
            firstMean: try reader.number("first_mean"), secondMean: try reader.number("second_mean"),
            difference: try reader.number("difference"),
            interval: try reader.optional("interval") { key in
                try reader.require(key, "two numbers") { pair in
                    guard let low = pair[0].flatMap(\.number), let high = pair[1].flatMap(\.number) else {
                        return nil
                    }
                    return Comparison.Interval(low: low, high: high)
                }
            }, examples: try reader.integer("examples"),
            mcNemar: try reader.optional("mcnemar") { try Comparison.McNemar(reader.object($0)) },
            wins: try reader.integer("wins"), losses: try reader.integer("losses"), ties: try reader.integer("ties"),
            stepsToReach: try reader.optional("steps_to_reach") { try Comparison.StepsToReach(reader.object($0)) },
            verdict: try reader.choice("verdict", Comparison.Verdict.self),
            moreRuns: try reader.optional("more_runs", reader.integer), sentence: try reader.text("sentence"))
    }
}

extension Comparison.McNemar {
    fileprivate init(_ reader: Members) throws {
        self.init(
            firstOnly: try reader.integer("first_only"), secondOnly: try reader.integer("second_only"),
            p: try reader.number("p"),
            seeds: try reader.objects("seeds").map {
                Seed(
                    seed: try $0.integer("seed"), firstOnly: try $0.integer("first_only"),
                    secondOnly: try $0.integer("second_only"), p: try $0.number("p"))
            })
    }
}

extension Comparison.StepsToReach {
    fileprivate init(_ reader: Members) throws {
        self.init(
            score: try reader.number("score"), first: reader["first"]?.int, second: reader["second"]?.int,
            firstExamples: reader["first_examples"]?.int, secondExamples: reader["second_examples"]?.int)
    }
}

extension Comparison.Equivalence {
    fileprivate init(_ reader: Members) throws {
        self.init(
            first: try reader.text("first"), second: try reader.text("second"), labels: try reader.integer("labels"),
            equals: try reader.integer("equals"), relation: try reader.choice("relation", Relation.self),
            sentence: try reader.text("sentence"))
    }
}

extension Comparison.Forgetting {
    fileprivate init(_ reader: Members) throws {
        self.init(
            arm: try reader.text("arm"), fraction: try reader.number("fraction"), seed: try reader.integer("seed"),
            metric: try reader.text("metric"), before: try reader.number("before"), after: try reader.number("after"))
    }
}

/// A `comparison.json` that says no comparison.
package struct DamagedComparison: Error, CustomStringConvertible {
    package let file: String
    package let reason: String

    package var description: String {
        "\(file): \(reason); the comparison cannot go on, begin it in another folder"
    }
}
