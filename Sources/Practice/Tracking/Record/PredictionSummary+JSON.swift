import JSON

extension PredictionSummary {
    /// As in `predictions/summary.json`.
    package var json: JSON {
        [
            "data": .string(data), "examples": .integer(examples), "calibration_error": .finite(calibrationError),
            "bins": .array(
                bins.map {
                    [
                        "examples": .integer($0.examples), "confidence": .finite($0.confidence),
                        "accuracy": .finite($0.accuracy),
                    ]
                }),
            "mistakes": .integer(mistakeCount),
            "most_confident": .array(
                mistakes.map {
                    [
                        "index": .integer($0.index), "name": .string($0.name), "actual": .string($0.actual),
                        "predicted": .string($0.predicted), "confidence": .finite($0.confidence),
                        "png": $0.picture.map { .string(Base64.encoded($0)) } ?? .null,
                    ]
                }),
        ]
    }

    /// - Throws: `PredictionSummaryError` where something is not there or of another kind.
    package init(json: JSON) throws {
        func need<Value>(_ key: String, _ value: Value?) throws -> Value {
            guard let value else { throw PredictionSummaryError(key: key) }
            return value
        }
        let bins = try need("bins", json["bins"]?.array).map { bin in
            Bin(
                examples: max(0, try need("examples", bin["examples"]?.int)),
                confidence: try need("confidence", bin["confidence"]?.double),
                accuracy: try need("accuracy", bin["accuracy"]?.double))
        }
        let mistakes = try need("most_confident", json["most_confident"]?.array).map { item in
            let text = item["png"]?.string
            return Mistake(
                index: try need("index", item["index"]?.int), name: try need("name", item["name"]?.string),
                actual: try need("actual", item["actual"]?.string),
                predicted: try need("predicted", item["predicted"]?.string),
                confidence: try need("confidence", item["confidence"]?.double),
                picture: try text.map { try need("png", Base64.decoded($0)) })
        }
        self.init(
            data: try need("data", json["data"]?.string), bins: bins,
            mistakeCount: try need("mistakes", json["mistakes"]?.int), mistakes: mistakes)
    }
}

package struct PredictionSummaryError: Error, CustomStringConvertible, Equatable {
    package let key: String
    package var description: String { "it has no usable \"\(key)\"" }
}
