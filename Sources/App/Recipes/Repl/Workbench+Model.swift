import JSON
import Layers

/// What changes model and data.
extension Workbench {
    /// A head's layers, on top of what is kept.
    struct Head: Hashable {
        var units: JSON
        var cut: String?
        var hidden: Int?
        var dropout: Double?
        var activation: String?

        /// - Throws: `UsageError` for an option that is not known or has no value.
        init(_ words: [String]) throws {
            var rest = words[...]
            guard let first = rest.popFirst() else {
                throw UsageError("head needs a number of units, or classes; for example head classes --cut flatten")
            }
            guard first == "classes" || (Int(first) ?? 0) > 0 else {
                throw UsageError("head \(first): expected a number of units, or classes")
            }
            units = Int(first).map(JSON.integer) ?? "classes"
            while let option = rest.popFirst() {
                guard let value = rest.popFirst() else { throw UsageError("\(option) needs a value after it") }
                switch option {
                case "--cut": cut = value
                case "--hidden": hidden = try Head.number(value, option) { Int($0).flatMap { $0 > 0 ? $0 : nil } }
                case "--dropout": dropout = try Head.number(value, option) { Double($0) }
                case "--activation": activation = value
                default:
                    let known = ["--cut", "--hidden", "--dropout", "--activation"]
                    throw UsageError("head has no \(option)" + didYouMean(option, among: known, known: "options"))
                }
            }
        }

        private static func number<Number>(_ text: String, _ option: String, _ read: (String) -> Number?) throws
            -> Number
        {
            guard let number = read(text) else { throw UsageError("\(option) \(text): expected a number") }
            return number
        }

        func layers(isClassifier: Bool) -> JSON {
            var layers: [JSON] = []
            if let hidden { layers.append(["layer": "Dense", "units": .integer(hidden), "activation": "relu"]) }
            if let dropout { layers.append(["layer": "Dropout", "rate": .number(dropout)]) }
            let standard = isClassifier ? "softmax" : "linear"
            layers.append(["layer": "Dense", "units": units, "activation": .string(activation ?? standard)])
            return .array(layers)
        }
    }

    func head(_ words: [String], command: String) throws {
        let head = try Head(words)
        if head.units == "classes", subject.session == nil {
            throw UsageError(
                "head classes needs data to count them; attach some with data PATH or use RECIPE, or give a number")
        }
        let loss = draft.top["loss"]?.string ?? draft.top["loss"]?["name"]?.string ?? ""
        let isClassifier = head.units == "classes" || loss.contains("categorical")
        let cut = try head.cut ?? layerBeforeHead()
        let layers = head.layers(isClassifier: isClassifier)
        try change(command) { draft in
            if draft.journal.isEmpty {
                draft.top["model"]?["cut_at"] = .string(cut)
                draft.top["model"]?["head"] = layers
            } else {
                draft.settings["cut_at"] = .string(cut)
                draft.settings["head"] = layers
            }
        }
    }

    /// The layer that the head there is stands on; where there is none, the one that feeds the last with parameters.
    private func layerBeforeHead() throws -> String {
        if let stem = subject.session?.last.architecture.stem { return stem }
        if let cut = draft.top["model"]?["cut_at"]?.string { return cut }
        let layers = Array(registry.layers.values)
        guard let last = layers.lastIndex(where: { !$0.parameters.isEmpty }), last > 0 else {
            throw UsageError("it is not clear which layers stay; head UNITS --cut LAYER says it")
        }
        return layers[last - 1].path.description
    }

    /// Attaches a source by its path.
    func data(_ words: [String], command: String) throws {
        guard let path = words.first, !path.contains("=") else {
            throw UsageError("data needs a path; for example data flowers/train validation=0.1")
        }
        let settings = words.dropFirst().compactMap { ReplSetting($0) }
        guard settings.count == words.count - 1 else {
            throw UsageError("data PATH takes key=value after the path; for example batch_size=64")
        }
        let source = try Workbench.source(path)
        try changeTop(command, "the data") { draft in
            var data: JSON = ["train": source, "batch_size": 32]
            for setting in settings {
                switch setting.path[0] {
                case "validation" where setting.value.string != nil, "test":
                    var other = source
                    other["folder"] = nil
                    other["file"] = nil
                    for (key, value) in try Workbench.source(setting.value.string ?? "").object ?? [:] {
                        other[key] = value
                    }
                    data[setting.path[0]] = other
                case "validation", "batch_size", "sampling", "transforms", "cache":
                    data = data.setting(setting.path, to: setting.value)
                case "rescale": data["transforms"] = [["rescale": setting.value]]
                default:
                    for name in ["train", "validation", "test"] where data[name]?.object != nil {
                        data = data.setting([name] + setting.path, to: setting.value)
                    }
                }
            }
            draft.top["data"] = data
            if draft.top["loss"] == nil {
                draft.top["loss"] = "sparse_categorical_crossentropy"
                draft.top["metrics"] = ["accuracy"]
            }
        }
    }

    /// - Throws: `UsageError` for a path where nothing is, or of no kind that is known.
    private static func source(_ path: String) throws -> JSON {
        let absolute = RecipePaths.absolute(path, from: RecipePaths.workingFolder)
        switch RecipePaths.kind(of: path) {
        case nil: throw CommandPaths.missing(path, "file or folder")
        case .folder: return ["format": "image-folder", "folder": .string(absolute)]
        case .file, .other: break
        }
        for (ending, format) in [("csv", "csv"), ("tsv", "tsv"), ("npz", "npz"), ("h5", "h5"), ("hdf5", "h5")]
        where path.lowercased().hasSuffix("." + ending) {
            let names: JSON = format == "npz" || format == "h5" ? ["inputs": "x", "targets": "y"] : [:]
            var source: JSON = ["format": .string(format), "file": .string(absolute)]
            for (key, value) in names.object ?? [:] { source[key] = value }
            return source
        }
        throw UsageError(
            "\(path): expected a folder of pictures or a .csv, .tsv, .npz or .h5 file; a recipe can name any source: use RECIPE"
        )
    }

    /// A recipe's data, loss and metrics; its model stays out, one is open.
    func use(_ path: String, command: String) throws {
        let recipe = try RecipeArguments(path: path).read()
        try changeTop(command, "the data") { draft in
            for key in ["data", "loss", "loss_weights", "metrics", "evaluate_every"] {
                if let value = recipe.resolved[key], !value.isNull { draft.top[key] = value }
            }
        }
    }
}

extension Draft {
    /// A model file alone.
    init(checkpoint path: String) {
        let absolute = RecipePaths.absolute(path, from: RecipePaths.workingFolder)
        self.init(top: [
            "name": .string(Draft.baseName(path)), "model": ["checkpoint": .string(absolute)],
        ])
    }

    /// A recipe: its model, its data, and the settings of its first phase.
    init(_ recipe: Recipe) {
        var top = recipe.resolved
        let first = top["phases"]?[0] ?? [:]
        for key in ["phases", "$schema", "description", "comparison", "max_steps", "max_time"] { top[key] = nil }
        self.init(top: top)
        for field in RecipeTable.phaseSettings
        where !["epochs", "steps", "restore_best", "gradual"].contains(field.key) {
            if let value = first[field.key], !value.isNull { settings[field.key] = value }
        }
    }

    private static func baseName(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".weights.h5", ".h5", ".hdf5", ".keras"]
        where file.hasSuffix(ending) && file.count > ending.count {
            return String(file.dropLast(ending.count))
        }
        return file
    }
}
