import JSON
import OrderedCollections
import Training

extension Comparison {
    package static let version = 1
    /// In the comparison's folder.
    package static let fileName = "comparison.json"
    package static let timingFileName = "comparison-timing.json"

    /// As it stands in `comparison.json`: always the same keys in the same order, absent values as null.
    package var json: JSON {
        [
            "version": .integer(Comparison.version), "name": .string(name), "status": .string(status.rawValue),
            "metric": [
                "name": .string(metric.name), "goal": metric.goal == .lower ? "min" : "max",
                "data": .string(metric.data),
            ],
            "seeds": .array(seeds.map(JSON.integer)), "fractions": .array(fractions.map(JSON.share)),
            "split": splitsBySeed ? "each seed" : "same",
            "budget": [
                "kind": .string(budget.kind.rawValue), "steps": .optional(budget.steps),
                "minutes": .optional(budget.minutes),
            ],
            "confidence": .number(confidence), "draws": .integer(draws), "classes": .array(classes.map(JSON.string)),
            "request": .object(
                OrderedDictionary(uniqueKeysWithValues: request.sorted { $0.key < $1.key }.map { ($0, .string($1)) })),
            "old_task": oldTask, "arms": .array(arms.map(\.json)), "runs": .array(runs.map(\.json)),
            "comparisons": .array(comparisons.map(\.json)), "efficiency": .array(efficiency.map(\.json)),
            "forgetting": .array(forgetting.map(\.json)),
        ]
    }
}

extension JSON {
    fileprivate static func optional(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }
    fileprivate static func optional(_ value: Double?) -> JSON { value.map(JSON.finite) ?? .null }
    fileprivate static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
    /// All of it as `1`.
    fileprivate static func share(_ value: Double) -> JSON { value == 1 ? .integer(1) : .number(value) }
}

extension Comparison.Arm {
    fileprivate var json: JSON {
        [
            "name": .string(name), "recipe": recipe,
            "checkpoint": checkpoint.map { ["path": .string($0.path), "hash": .string($0.hash)] } ?? .null,
            "learning_rate": .number(learningRate), "rate_from": .string(rateFrom.rawValue),
        ]
    }
}

extension Comparison.Run {
    fileprivate var json: JSON {
        [
            "arm": .string(arm), "seed": .integer(seed), "fraction": .share(fraction), "labels": .integer(labels),
            "steps": .integer(steps), "status": .string(status.rawValue), "score": .optional(score),
            "best_step": .optional(bestStep), "folder": .string(folder), "model_hash": .optional(modelHash),
            "curve": .array(curve.map { [.integer($0.step), .finite($0.score)] }),
        ]
    }
}

extension Comparison.Pair {
    fileprivate var json: JSON {
        [
            "first": .string(first), "second": .string(second), "fraction": .share(fraction),
            "seeds": .array(seeds.map(JSON.integer)), "first_mean": .finite(firstMean),
            "second_mean": .finite(secondMean), "difference": .finite(difference),
            "interval": interval.map { [.finite($0.low), .finite($0.high)] } ?? .null, "examples": .integer(examples),
            "mcnemar": mcNemar?.json ?? .null, "wins": .integer(wins), "losses": .integer(losses),
            "ties": .integer(ties), "steps_to_reach": stepsToReach?.json ?? .null, "verdict": .string(verdict.rawValue),
            "more_runs": .optional(moreRuns), "sentence": .string(sentence),
        ]
    }
}

extension Comparison.McNemar {
    fileprivate var json: JSON {
        [
            "first_only": .integer(firstOnly), "second_only": .integer(secondOnly), "p": .number(p),
            "seeds": .array(
                seeds.map {
                    [
                        "seed": .integer($0.seed), "first_only": .integer($0.firstOnly),
                        "second_only": .integer($0.secondOnly), "p": .number($0.p),
                    ]
                }),
        ]
    }
}

extension Comparison.StepsToReach {
    fileprivate var json: JSON {
        [
            "score": .finite(score), "first": .optional(first), "second": .optional(second),
            "first_examples": .optional(firstExamples), "second_examples": .optional(secondExamples),
        ]
    }
}

extension Comparison.Equivalence {
    fileprivate var json: JSON {
        [
            "first": .string(first), "second": .string(second), "labels": .integer(labels), "equals": .integer(equals),
            "relation": .string(relation.rawValue), "sentence": .string(sentence),
        ]
    }
}

extension Comparison.Forgetting {
    fileprivate var json: JSON {
        [
            "arm": .string(arm), "fraction": .share(fraction), "seed": .integer(seed), "metric": .string(metric),
            "before": .finite(before), "after": .finite(after),
        ]
    }
}
