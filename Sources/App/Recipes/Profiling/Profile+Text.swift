import Tracking
import Training

extension Profile {
    /// Tables for people.
    /// - Parameter width: columns of the terminal.
    func text(width: Int) -> String {
        var lines = heading
        lines += ["", "a step"] + passTable(width)
        lines += ["", "by operation"] + table(operations, "operation", width)
        lines += ["", "by layer"] + table(layers, "layer", width)
        if let evaluation = training.evaluation {
            lines += ["", sentence(evaluation) + "; a batch:"] + table(evaluated, "operation", width)
        }
        lines += [
            "",
            "a snapshot: \(milliseconds(training.snapshot)) ms to copy and code, and then the disk",
            "of peak: the least time that the machine needs for the arithmetic and the bytes, by the rates above, over the",
            "time taken; above 100 % where caches are faster than memory, and where windows of 3×3 are computed with fewer",
            "multiplications than are counted",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: [String] {
        let batch = training.batchesPerStep > 1 ? "\(training.batchesPerStep) times " : ""
        let rate = Double(training.batchSize * training.batchesPerStep) / training.seconds
        return [
            "\(TerminalText.visible(name)), phase \(TerminalText.visible(training.phase)): "
                + "\(Figures.plural(training.steps, "step")) of \(batch)\(training.batchSize) on "
                + "\(Figures.plural(threads, "thread")), after \(training.warmUp) that do not count",
            "the machine: \(gigas(peaks.product)) GFLOP/s in products, \(gigas(peaks.convolution)) in convolutions, "
                + "\(gigas(peaks.bandwidth)) GB/s",
        ] + reducedRates + [
            "\(milliseconds(training.seconds)) ms a step (\(milliseconds(training.range.lowerBound)) to "
                + "\(milliseconds(training.range.upperBound))), \(Figures.short(rate)) examples a second, "
                + "\(Figures.duration(training.seconds * Double(training.stepsPerEpoch))) an epoch of "
                + Figures.plural(training.stepsPerEpoch, "step")
        ]
    }

    private var reducedRates: [String] {
        peaks.reduced.map {
            ["in bfloat16: \(gigas($0.product)) GFLOP/s in products, \(gigas($0.convolution)) in convolutions"]
        } ?? []
    }

    private func sentence(_ evaluation: TrainingProfile.Evaluation) -> String {
        let share = Double(evaluation.examples) / Double(max(evaluation.allExamples, 1))
        let whole =
            share < 1
            ? "; all \(Figures.count(evaluation.allExamples)): "
                + Figures.duration(evaluation.allSeconds) : ""
        return "evaluation of \(Figures.plural(evaluation.examples, "example")): "
            + "\(milliseconds(evaluation.seconds)) ms, \(milliseconds(evaluation.waiting)) of them waiting for data\(whole)"
    }

    private func passTable(_ width: Int) -> [String] {
        var waiting = Group("waiting for data")
        waiting.forward = training.waiting
        let groups = [waiting] + passes + [update]
        let columns: [TextTable.Column] = [
            .init("", isElastic: true), .init("ms", .right), .init("share", .right), .init("GFLOP", .right),
            .init("GFLOP/s", .right), .init("GB/s", .right), .init("of peak", .right),
        ]
        let rows = groups.map { group in
            [group.name, milliseconds(group.seconds), share(group.seconds)] + rates(group)
        }
        return TextTable(columns, rows).lines(width: width)
    }

    private func table(_ groups: [Group], _ title: String, _ width: Int) -> [String] {
        let columns: [TextTable.Column] = [
            .init(title, isElastic: true), .init("forward", .right), .init("backward", .right), .init("ms", .right),
            .init("share", .right), .init("GFLOP", .right), .init("GFLOP/s", .right), .init("GB/s", .right),
            .init("of peak", .right),
        ]
        let whole = groups.reduce(0) { $0 + $1.seconds }
        let rows = groups.map { group in
            [
                TerminalText.visible(group.name), group.forward > 0 ? milliseconds(group.forward) : "",
                group.backward > 0 ? milliseconds(group.backward) : "", milliseconds(group.seconds),
                Figures.percent(group.seconds / max(whole, .leastNormalMagnitude), decimals: 1),
            ] + rates(group)
        }
        return TextTable(columns, rows).lines(width: width)
    }

    private func rates(_ group: Group) -> [String] {
        let seconds = max(group.seconds, 1e-12)
        guard group.flops > 0 || group.bytes > 0 else { return ["", "", "", ""] }
        return [
            group.flops > 0 ? Figures.rate(Double(group.flops) / 1e9) : "",
            group.flops > 0 ? gigas(Double(group.flops) / seconds) : "",
            group.bytes > 0 ? gigas(Double(group.bytes) / seconds) : "",
            group.share.map { Figures.percent($0, decimals: 0) } ?? "",
        ]
    }

    private func share(_ seconds: Double) -> String {
        Figures.percent(seconds / max(training.seconds, .leastNormalMagnitude), decimals: 1)
    }

    private func gigas(_ value: Double) -> String { Figures.fixed(value / 1e9, value < 9.95e9 ? 1 : 0) }

    private func milliseconds(_ seconds: Double) -> String {
        Figures.fixed(seconds * 1e3, seconds < 0.001 ? 4 : seconds < 0.1 ? 2 : 0)
    }
}
