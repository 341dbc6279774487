import Training

/// Reads `metrics.csv` and `timing.csv` back.
package enum MetricsTable {
    /// The rows of both files, in order. `improved` is not in them and comes back false; what `timing` lacks is 0.
    /// A last line that was cut off, by a full disk or a power cut, is left out.
    /// - Throws: `MetricsTableError` with the line that is damaged.
    package static func parse(metrics: String, timing: String = "") throws -> [EvaluationReport] {
        let rows = wholeLines(metrics)
        guard let header = rows.first else { return [] }
        let times = try timesByStep(timing)
        return try rows.dropFirst().enumerated().map { index, row in
            let line = Line(header: header, row: row, number: index + 2, file: RunDirectory.File.metrics.rawValue)
            let step = try line.integer("step")
            let time = times[Key(step: step, phase: try line.text("phase"))] ?? Times()
            return EvaluationReport(
                step: step, epoch: try line.integer("epoch"), phase: try line.text("phase"),
                trainLoss: try line.required("train_loss"), validationLoss: try line.number("val_loss"),
                metrics: try scores(line), learningRate: try line.required("learning_rate"), improved: false,
                seconds: time.seconds, examplesPerSecond: time.examplesPerSecond, dataWaitSeconds: time.wait,
                peakMemoryBytes: time.memory)
        }
    }

    private struct Key: Hashable {
        let step: Int
        let phase: String
    }

    private struct Times {
        var seconds = 0.0
        var examplesPerSecond = 0.0
        var wait = 0.0
        var memory = 0
    }

    private static func wholeLines(_ text: String) -> [[String]] {
        let rows = CSV.rows(text)
        return text.hasSuffix("\n") || text.isEmpty ? rows : rows.dropLast()
    }

    private static func scores(_ line: Line) throws -> [MetricValue] {
        let known: Set = ["step", "epoch", "phase", "train_loss", "val_loss", "learning_rate"]
        return try line.header.filter { !known.contains($0) }.compactMap { name in
            try line.number(name).map { MetricValue(name: name, value: $0) }
        }
    }

    private static func timesByStep(_ text: String) throws -> [Key: Times] {
        let rows = wholeLines(text)
        guard let header = rows.first else { return [:] }
        var times: [Key: Times] = [:]
        for (index, row) in rows.dropFirst().enumerated() {
            let line = Line(header: header, row: row, number: index + 2, file: RunDirectory.File.timing.rawValue)
            times[Key(step: try line.integer("step"), phase: try line.text("phase"))] = Times(
                seconds: try line.required("seconds"), examplesPerSecond: try line.required("examples_per_second"),
                wait: try line.required("data_wait_seconds"), memory: try line.integer("peak_memory_bytes"))
        }
        return times
    }

    private struct Line {
        let header: [String]
        let row: [String]
        let number: Int
        let file: String

        func text(_ column: String) throws -> String {
            guard let index = header.firstIndex(of: column), index < row.count else { throw damage(column) }
            return row[index]
        }

        func integer(_ column: String) throws -> Int {
            guard let value = Int(try text(column)) else { throw damage(column) }
            return value
        }

        func number(_ column: String) throws -> Double? {
            let text = try text(column)
            if text.isEmpty { return nil }
            guard let value = Double(text) else { throw damage(column) }
            return value
        }

        func required(_ column: String) throws -> Double {
            guard let value = try number(column) else { throw damage(column) }
            return value
        }

        private func damage(_ column: String) -> MetricsTableError {
            MetricsTableError(file: file, line: number, column: column)
        }
    }
}

package struct MetricsTableError: Error, CustomStringConvertible, Equatable {
    package let file: String
    package let line: Int
    package let column: String
    package var description: String { "\(file) is damaged: line \(line) has no usable \"\(column)\"" }
}
