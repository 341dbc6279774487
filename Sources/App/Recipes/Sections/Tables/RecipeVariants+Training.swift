import JSON
import Training

extension RecipeVariants {
    /// The optimizers with the options and defaults that the training floor gives them.
    static let optimizers = RecipeVariants(
        discriminator: "name", noun: "optimizer",
        variants: OptimizerAlgorithm.allCases.map { algorithm in
            Variant(algorithm.rawValue, "The optimizer \(algorithm.rawValue).", algorithm.defaults.map(optimizerField))
        }, standard: OptimizerAlgorithm.adamw.rawValue)

    private static func optimizerField(_ option: OptimizerOption, _ value: Double) -> RecipeField {
        let kind: RecipeKind =
            switch option {
            case .learningRate, .weightDecay, .initialAccumulator: .number(.notNegative)
            case .momentum, .rho, .beta1, .beta2: .number(.share)
            case .epsilon: .number(.positive)
            case .nesterov: .bool
            }
        let standard: JSON = option.isSwitch ? .bool(value != 0) : .number(value)
        return RecipeField(option.rawValue, kind, standard: standard, aliases: option.aliases, doc(option))
    }

    private static func doc(_ option: OptimizerOption) -> String {
        switch option {
        case .learningRate: "The rate at the schedule's peak."
        case .weightDecay: "Decoupled, times the rate; never on biases, norms and statistics."
        case .momentum: "Share of the velocity that is kept."
        case .nesterov: "Whether the gradient looks ahead along the velocity."
        case .rho: "Decay of the mean of squared gradients."
        case .beta1: "Decay of the mean of gradients."
        case .beta2: "Decay of the mean of squared gradients."
        case .epsilon: "Keeps divisions finite."
        case .initialAccumulator: "Where the sum of squared gradients starts."
        }
    }

    static let schedules = RecipeVariants(
        discriminator: "name", noun: "schedule",
        variants: ScheduleName.allCases.map { name in
            Variant(
                name.rawValue, aliases: scheduleAliases(name), "The schedule \(name.rawValue).", scheduleFields(name))
        }, standard: ScheduleName.constant.rawValue)

    private static func scheduleAliases(_ name: ScheduleName) -> [String] {
        switch name {
        case .oneCycle: ["one_cycle", "onecycle"]
        case .reduceOnPlateau: ["reduce_on_plateau", "reduce_lr_on_plateau", "ReduceLROnPlateau", "plateau"]
        default: []
        }
    }

    private static func scheduleFields(_ name: ScheduleName) -> [RecipeField] {
        let rise = RecipeField(
            "warmup", .duration, standard: RecipeDuration(name.defaultWarmup).json, aliases: ["warmup_ratio"],
            example: 0.1, "How long the rate rises from nothing to its peak.")
        func pace(_ factor: Double, _ every: TrainingDuration) -> [RecipeField] {
            [
                RecipeField(
                    "factor", .number(.factor), standard: .number(factor), aliases: ["gamma", "decay_rate"],
                    "Times this …"),
                RecipeField(
                    "every", .duration, standard: RecipeDuration(every).json, aliases: ["step_size", "decay_steps"],
                    example: "1 epoch", "… after so long."),
            ]
        }
        switch name.defaultCurve {
        case .constant: return [rise]
        case .step(let factor, let every), .exponential(let factor, let every): return [rise] + pace(factor, every)
        case .cosine(let minimum):
            return [
                rise,
                RecipeField(
                    "minimum", .number(.unit), standard: .number(minimum), aliases: ["alpha", "min_lr_ratio"],
                    "The share of the peak that is left at the end."),
            ]
        case .linear(let end):
            return [
                rise,
                RecipeField(
                    "end", .number(.unit), standard: .number(end), "The share of the peak that is left at the end."),
            ]
        case .oneCycle(let div, let finalDiv):
            let above = RecipeKind.NumberRange(
                lower: 1, upper: .greatestFiniteMagnitude, includesLower: true, includesUpper: true)
            return [
                rise,
                RecipeField(
                    "div", .number(above), standard: .number(div), aliases: ["div_factor"],
                    "The peak over the first rate."),
                RecipeField(
                    "final_div", .number(above), standard: .number(finalDiv), aliases: ["final_div_factor"],
                    "The first rate over the last."),
            ]
        case .reduceOnPlateau(let standard): return [rise] + plateauFields(standard)
        }
    }

    private static func plateauFields(_ standard: PlateauConfiguration) -> [RecipeField] {
        [
            RecipeField(
                "factor", .number(.fraction), standard: .number(standard.factor), aliases: ["gamma"],
                "Times this on a plateau."),
            RecipeField(
                "patience", .whole(0...1_000_000), standard: .integer(standard.patience),
                "Evaluations without improvement to wait for."),
            RecipeField(
                "monitor", .text, standard: .string(standard.monitor), aliases: ["metric"],
                "The score that is watched, as a column of metrics.csv is called."),
            RecipeField(
                "mode", .choice([.init("lower", aliases: ["min"]), .init("higher", aliases: ["max"])]), standard: .null,
                "Which way the score gets better; by default by its name."),
            RecipeField(
                "min_delta", .number(.notNegative), standard: .number(standard.minDelta), aliases: ["threshold"],
                "What an improvement must exceed."),
            RecipeField(
                "cooldown", .whole(0...1_000_000), standard: .integer(standard.cooldown),
                "Evaluations after a fall in which nothing is counted."),
            RecipeField(
                "min_rate", .number(.notNegative), standard: .number(standard.minRate), aliases: ["min_lr"],
                "What the phase's rate does not fall below."),
        ]
    }

    static let metrics = RecipeVariants(
        discriminator: "name", noun: "metric",
        variants: MetricKind.allCases.map { kind in
            let k = RecipeField("k", .whole(1...1_000_000), standard: 5, "How many guesses count.")
            return Variant(
                kind.rawValue, aliases: kind.aliases, "The metric \(kind.rawValue).", kind == .topKAccuracy ? [k] : [])
        }, standard: nil)

    static let losses = RecipeVariants(
        discriminator: "name", noun: "loss",
        variants: [
            Variant("mse", aliases: ["mean_squared_error"], "The mean of squared errors.", [weights]),
            Variant("mae", aliases: ["mean_absolute_error"], "The mean of absolute errors.", [weights]),
            Variant(
                "huber", aliases: ["smooth_l1"], "Squared for small errors, absolute for large ones.",
                [RecipeField("delta", .number(.positive), standard: 1.0, "Where small ends."), weights]),
            Variant("binary_crossentropy", aliases: ["bce", "binary_cross_entropy"], "For yes or no.", crossEntropy),
            Variant(
                "categorical_crossentropy", aliases: ["categorical_cross_entropy"],
                "For one class of several, the target a distribution.", crossEntropy),
            Variant(
                "sparse_categorical_crossentropy",
                aliases: ["cross_entropy", "crossentropy", "sparse_categorical_cross_entropy", "nll"],
                "For one class of several, the target its number.", crossEntropy),
        ], standard: nil)

    private static let weights = RecipeField(
        "class_weights", .either([.choice(["balanced"]), .keyed(.number(.notNegative))]), standard: .null,
        aliases: ["class_weight"], example: "balanced",
        "How much examples of each class count, by name or number, others 1; balanced: so that all classes count alike."
    )

    private static let crossEntropy = [
        RecipeField(
            "from_logits", .bool, standard: .null,
            "Whether the model gives logits; by default as its last activation says."),
        RecipeField(
            "label_smoothing", .number(.share), standard: 0.0, "Share of certainty that is spread over all classes."),
        weights,
    ]
}

extension RecipeKind {
    /// None, one, or a list; always a list once read.
    static func oneOrMoreOrNone(_ kind: RecipeKind) -> RecipeKind {
        .either([.list(kind, minimum: 0), .oneOrMore(kind)])
    }
}

extension RecipeDuration {
    init(_ duration: TrainingDuration) { self.duration = duration }
}
