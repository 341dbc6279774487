import Checkpoints
import JSON

/// What the file says about how it was trained: read to be shown, not to be obeyed.
package struct TrainingConfiguration: Hashable, Sendable {
    /// A name, `{"class_name", "config"}`, or one of them per output.
    package let loss: JSON?
    package let optimizer: String?
    package let optimizerSettings: JSON
    package let metrics: JSON?

    package init(_ json: JSON) {
        loss = json["loss"].flatMap { $0.isNull ? nil : $0 }
        metrics = json["metrics"].flatMap { $0.isNull ? nil : $0 }
        let config = json["optimizer_config"] ?? [:]
        optimizer = config["class_name"]?.string?.split(separator: ">").last.map(String.init)
        optimizerSettings = config["config"] ?? [:]
    }

    /// The name of the loss where there is one loss.
    package var lossName: String? {
        loss?.string ?? loss?["config"]?["name"]?.string ?? loss?["class_name"]?.string
    }
}
