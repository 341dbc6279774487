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
        let config = json["optimizer_config"] ?? json["optimizer"] ?? [:]
        let name = config["class_name"]?.string ?? config.string
        optimizer = name?.split(separator: ">").last.map(String.init)
        optimizerSettings = config["config"] ?? [:]
    }

    /// From the attribute of an `.h5` file, or from what a `.keras` archive writes beside the model's config.
    package init?(_ checkpoint: Checkpoint, model: JSON) throws {
        if let text = checkpoint.attribute("training_config")?.string {
            self.init(try JSON(parsing: text, allowingNonFinite: true))
        } else if let compiled = model["compile_config"], compiled.object != nil {
            self.init(compiled)
        } else {
            return nil
        }
    }

    /// The name of the loss where there is one loss.
    package var lossName: String? {
        loss?.string ?? loss?["config"]?["name"]?.string ?? loss?["class_name"]?.string
    }
}
