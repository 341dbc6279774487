import Data
import Statistics
import Tensors
import Tracking
import Training

extension Workbench {
    /// Scores of two lines on the validation data, and on how many examples only one of them is right.
    func compare(_ first: String, _ second: String) throws -> String {
        let open = try session("compare")
        guard open.data.validation ?? open.data.test != nil else {
            throw UsageError("compare needs validation or test data")
        }
        let tips = [try timeline.tip(of: first), try timeline.tip(of: second)]
        let state = try now.state?.value()
        defer { subject.place(state, or: pretrained) }
        var results: [(EvaluationResult, [Int: Bool])] = []
        for tip in tips {
            guard ["data", "seed", "loss", "metrics"].allSatisfy({ tip.draft.top[$0] == draft.top[$0] }) else {
                throw UsageError(
                    "\(first) and \(second) have other data or losses than \(timeline.current): switch there and evaluate"
                )
            }
            results.append(try judge(tip))
        }
        let names = results[0].0.metrics.map(\.name)
        var rows = [["loss"] + results.map { Figures.score($0.0.loss) }]
        for (index, name) in names.enumerated() {
            rows.append([name] + results.map { Figures.score($0.0.metrics[index].value) })
        }
        let columns: [TextTable.Column] = [.init(""), .init(first, .right), .init(second, .right)]
        var lines = TextTable(columns, rows).lines(indent: 0)
        if !results[0].1.isEmpty {
            let pairs = results[0].1.map { ($0.value, results[1].1[$0.key] ?? false) }
            let outcome = PairedOutcome(first: pairs.map(\.0), second: pairs.map(\.1))
            let (one, other) = (outcome.firstOnly, outcome.secondOnly)
            lines.append(
                "of \(Figures.plural(pairs.count, "example")) only \(first) is right on \(one), only \(second) on \(other); a chance of "
                    + "\(Figures.rate(McNemar.exact(firstOnly: one, secondOnly: other))) if both were as good (McNemar, exact)"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Scores of a line's end, and which examples it got right where their targets are classes.
    private func judge(_ tip: Moment) throws -> (EvaluationResult, [Int: Bool]) {
        let opened = try Subject(tip.draft, keeping: subject)
        guard let session = opened.session, let examples = session.data.validation ?? session.data.test else {
            throw UsageError("compare needs validation or test data")
        }
        let isOther = opened.base.store !== subject.base.store
        opened.place(
            try tip.state?.value(), or: isOther ? opened.base.store.values() : pretrained, isAveraged: true)
        let result = try session.evaluator().evaluate(examples, keepingAtMost: .max)
        var right: [Int: Bool] = [:]
        if let kept = result.predictions, let output = kept.outputs.first, output.format.isClasses,
            let scores = ExampleScores.of(try MetricConfiguration(name: "accuracy"), output)
        {
            for (index, score) in zip(kept.indices, scores) { right[index] = score == 1 }
        }
        return (result, right)
    }

    /// Predictions for a file, with the transforms of the data where there are any.
    func predict(_ words: [String]) throws -> String {
        guard let path = words.first else { throw UsageError("predict needs a picture, a folder, a table or an array") }
        try CommandPaths.check(input: path)
        var top = 3
        if let place = words.firstIndex(of: "--top") {
            guard words.indices.contains(place + 1), let count = Int(words[place + 1]), count > 0 else {
                throw UsageError("--top needs a number after it")
            }
            top = count
        }
        let model = subject.prepared.model
        let inputs = try PredictionInputs(
            path: path, inputNames: model.inputs.map(\.layer), inputShapes: model.inputShapes, table: nil,
            transforms: subject.session?.data.transforms ?? [])
        let predictor = try Predictor(
            model: model, inputShapes: inputs.shapes, store: store, batchSize: min(32, max(inputs.dataset.count, 1)))
        let outputs = try withFinalWeights { try predictor.predict(inputs.dataset) }
        let names = subject.session?.data.training.dataset.target.classNames ?? []
        return (0..<inputs.dataset.count).map { row in
            let tensor = outputs[0]
            let width = tensor.shape.droppingFirst.count
            let scores = tensor.values[row * width..<(row + 1) * width]
            let text = Commands.likeliest(top, of: scores).map { index, score in
                (names.count == width ? names[index] + " " : "\(index): ") + Figures.score(Double(score))
            }
            return TerminalText.visible("\(inputs.dataset.name(of: row)): " + text.joined(separator: ", ")) + "\n"
        }.joined()
    }
}
