import JSON
import Tensors

/// A layer as a file or a recipe describes it: its class, its name, and its settings in the terms of a Keras config.
/// It is what a layer is made from and what is written back, so nothing the file said is lost.
package struct LayerSpecification: Hashable, Sendable {
    package var className: String
    package var name: String
    /// An object; what is absent has Keras' default.
    package var config: JSON

    package init(className: String, name: String, config: JSON = [:]) {
        self.className = className
        self.name = name
        self.config = config
    }

    /// The `trainable` flag a Keras config carries; true where it is absent. A wrapper trains if what it wraps does.
    package var isTrainable: Bool {
        let own = config["trainable"]?.bool ?? true
        return own && config["layer"]?["config"]?["trainable"]?.bool ?? true
    }
}

/// Which Keras wrote a model. A few names mean different arithmetic in each (`hard_sigmoid`).
package enum KerasGeneration: Int, Hashable, Sendable {
    case keras1 = 1, keras2, keras3
}
