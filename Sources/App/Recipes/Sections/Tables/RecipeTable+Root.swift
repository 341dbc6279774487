import JSON

extension RecipeTable {
    /// The whole recipe.
    static let recipe = RecipeTable(
        "recipe", "A recipe for finetune: what to start from, what to learn from, and how.",
        hoists: [
            Hoist(key: "learning_rate", target: ["optimizer", "learning_rate"]),
            Hoist(key: "lr", target: ["optimizer", "learning_rate"]),
            Hoist(key: "weight_decay", target: ["optimizer", "weight_decay"]),
            Hoist(key: "wd", target: ["optimizer", "weight_decay"]),
            Hoist(key: "momentum", target: ["optimizer", "momentum"]),
            Hoist(key: "warmup", target: ["schedule", "warmup"]),
            Hoist(key: "patience", target: ["early_stopping", "patience"]),
            Hoist(key: "early_stopping_patience", target: ["early_stopping", "patience"]),
            Hoist(key: "monitor", target: ["early_stopping", "monitor"]),
            Hoist(key: "batch_size", target: ["data", "batch_size"]),
        ],
        [
            RecipeField("$schema", .text, standard: .null, "Where an editor finds the schema of recipes."),
            RecipeField("description", .text, standard: "", "What the recipe shows, in a line."),
            RecipeField(
                "name", .text, standard: .null, "Begins the name of the run's folder; by default the file's own name."),
            RecipeField(
                "seed", .whole(0...Int.max), standard: 42, aliases: ["random_seed"],
                "What all randomness follows from: order, split, dropout, initial values."),
            RecipeField("model", .section(.model), standard: nil, "What is trained."),
            RecipeField("data", .section(.data), standard: nil, "What it learns from and is measured on."),
            RecipeField(
                "loss", .perOutput(.named(.losses)), standard: nil, example: "sparse_categorical_crossentropy",
                "What is minimised; for several outputs one for each, by the outputs' names."),
            RecipeField(
                "loss_weights", .keyed(.number(.notNegative)), standard: .null, example: ["main": 1, "auxiliary": 0.3],
                "How much the loss of each output counts in the sum; 1 where it is not said."),
            RecipeField(
                "metrics", .perOutput(.oneOrMoreOrNone(.named(.metrics))), standard: [], aliases: ["metric"],
                example: ["accuracy"],
                "What is measured beside the loss, over all examples, each counted once; for several outputs the same of all, or of each its own."
            ),
        ] + topSettings + [
            RecipeField(
                "phases", .list(.section(.phase), minimum: 1), standard: .null,
                "One after another, each from the weights the one before gave. Keys merge over the top level; without phases the top level is one."
            ),
            RecipeField(
                "strategy", .choice(Strategy.allCases.map { .init($0.rawValue, aliases: $0.aliases) }), standard: .null,
                "One word for a policy and phases with cited defaults (docs/strategies.md); what is written beside it overrides it."
            ),
            RecipeField(
                "evaluate_every", .interval(allowsMinutes: false), standard: "1 epoch",
                aliases: ["eval_every", "validate_every"],
                "How often the validation data is gone through."),
            RecipeField(
                "snapshot_every", .interval(allowsMinutes: true), standard: "auto", aliases: ["save_every"],
                "How often everything needed to go on is saved: epochs, steps or minutes; \"auto\" does it after epochs, at most every 10 seconds and for a twentieth of the time."
            ),
            RecipeField(
                "ema", .number(.share), standard: .null, example: 0.999,
                "Decay of a moving average of the weights, updated after every step from the weights a phase begins with; evaluations, the best weights and model.h5 use it."
            ),
            RecipeField(
                "max_time", .minutes, standard: .null, aliases: ["time_budget"], example: "2 hours",
                "Minutes after which the run ends, with the step under way and an evaluation."),
            RecipeField(
                "max_steps", .whole(1...1_000_000_000), standard: .null, example: 10_000,
                "Updates after which the whole run ends, whatever its phases plan."),
            RecipeField(
                "comparison", .section(.comparison), standard: .null, example: ["seeds": [1, 2, 3]],
                "Arms, seeds and metric of finetune compare."),
            RecipeField(
                "output", .path(.output), standard: "runs", aliases: ["output_dir"],
                "The folder that gets the run's folder."),
        ])

    /// One phase.
    static let phase = RecipeTable(
        "phase", "A phase of training.",
        hoists: [
            Hoist(key: "learning_rate", target: ["optimizer", "learning_rate"]),
            Hoist(key: "lr", target: ["optimizer", "learning_rate"]),
            Hoist(key: "weight_decay", target: ["optimizer", "weight_decay"]),
            Hoist(key: "wd", target: ["optimizer", "weight_decay"]),
            Hoist(key: "warmup", target: ["schedule", "warmup"]),
            Hoist(key: "patience", target: ["early_stopping", "patience"]),
        ],
        [RecipeField("name", .text, standard: .null, "What the phase is called in tables and messages.")]
            + phaseSettings + [
                RecipeField(
                    "continue", .bool, standard: false,
                    "Goes on from the very step where the phase before ended: with its last weights and slots, in the middle of a pass and, where the settings are equal, in its schedule and early stopping."
                ),
                RecipeField(
                    "restart_schedule", .bool, standard: false,
                    "Begins the schedule anew although the phase continues the one before with the same one."),
                RecipeField(
                    "stop_at", .whole(1...1_000_000_000), standard: .null, example: 250,
                    "Pauses the phase after so many of its updates, without an evaluation; its schedule is laid over all of them, and a phase that continues it goes on there."
                ),
                RecipeField(
                    "head", .list(.layer, minimum: 1), standard: .null,
                    example: [["layer": "Dense", "units": "classes", "activation": "softmax"]],
                    "A new head from this phase on, in the place of the one before; what stays keeps its values and its slots."
                ),
                RecipeField(
                    "cut_at", .text, standard: .null, example: "flatten",
                    "The last layer that stays under this phase's head; by default the one that the head before stands on."
                ),
            ])

    /// What the top level says for all phases. There `max_steps` is the whole run's.
    private static let topSettings: [RecipeField] = phaseSettings.map { field in
        field.key == "steps" ? field.without(alias: "max_steps") : field
    }

    /// What the top level says for all phases and a phase for itself.
    static let phaseSettings: [RecipeField] = [
        RecipeField(
            "epochs", .whole(1...1_000_000), standard: .null,
            aliases: ["num_epochs", "max_epochs", "num_train_epochs"],
            example: 10, excludes: ["steps"], "How many times the training data is gone through."),
        RecipeField(
            "steps", .whole(1...1_000_000_000), standard: .null, aliases: ["max_steps", "num_steps"], example: 1000,
            excludes: ["epochs"], "How many updates are made; instead of epochs."),
        RecipeField(
            "policy", .list(.section(.policyRule), minimum: 0), standard: [],
            example: [["freeze": "**"], ["unfreeze": "head.**"]],
            "Rules for what trains and how fast; for each tensor and each option the last rule that matches wins."),
        RecipeField(
            "optimizer", .named(.optimizers), standard: [:], example: "adamw", "What turns gradients into updates."),
        RecipeField(
            "schedule", .named(.schedules), standard: [:], aliases: ["lr_schedule", "lr_scheduler", "scheduler"],
            example: "cosine", "How the rate moves over the phase."),
        RecipeField(
            "clip_norm", .number(.positive), standard: .null,
            aliases: ["max_grad_norm", "clip_grad_norm", "gradient_clip_val", "global_clipnorm"], example: 1.0,
            "The norm of all gradients together is kept to this."),
        RecipeField(
            "early_stopping", .section(.earlyStopping), standard: .null, example: ["patience": 3],
            "Ends the phase when it no longer gets better."),
        RecipeField(
            "restore_best", .bool, standard: .null,
            "Whether the phase ends with its best weights (as early_stopping says) or its last."),
        RecipeField(
            "layer_decay", .number(.factor), standard: .null, aliases: ["llrd"], example: 0.8,
            excludes: ["discriminative"],
            "Times this for every layer, or named block, farther from the output."),
        RecipeField(
            "discriminative", .list(.number(.positive), minimum: 2), standard: .null, example: [1e-5, 1e-3],
            excludes: ["layer_decay"],
            "Peak rates of the first and the last layer, in place of the optimizer's; those between are spaced geometrically."
        ),
        RecipeField(
            "gradual", .either([.whole(1...1_000_000), .choice(["plateau"])]), standard: .null, example: 1,
            "Unfreezes a block every so many epochs, from the output on, or each time early_stopping sees a plateau."),
        RecipeField(
            "optimizer_state", .choice(["keep", "reset"]), standard: "keep",
            "Whether the optimizer goes on with what it gathered in the phase before."),
        RecipeField(
            "accumulate", .whole(1...1_000_000), standard: 1,
            aliases: ["grad_accum_steps", "gradient_accumulation_steps", "accumulate_grad_batches"], example: 4,
            "Batches per update, as if they were one; what is left over at the end of a pass makes an update of fewer."
        ),
        RecipeField(
            "precision",
            .choice([
                .init("float32", aliases: ["fp32", "f32"]), .init("bfloat16", aliases: ["bf16"]), "auto",
            ]), standard: "float32",
            "What convolutions and large products multiply, and what lies between them; weights, norms' statistics, sums and the loss are float32. bfloat16 needs a processor with AVX-512 BF16 or AMX-BF16; auto takes it there, and float32 elsewhere."
        ),
        augmentField(standard: []),
        RecipeField(
            "mixup", .number(.notNegative), standard: .null, aliases: ["mixup_alpha"], example: 0.2,
            "Alpha of mixing training examples in pairs, targets too; 0 for none. The training loss is that of the mixtures."
        ),
        RecipeField(
            "cutmix", .number(.notNegative), standard: .null, aliases: ["cutmix_alpha"], example: 1,
            "Alpha of exchanging boxes between training pictures, targets mixed by area; 0 for none."),
    ]

    /// The same key of the data, of the top level and of a phase.
    static func augmentField(standard: JSON) -> RecipeField {
        RecipeField(
            "augment", .list(.operation(.augmentations), minimum: 0), standard: standard,
            aliases: ["augmentation", "augmentations"], example: [["flip": "horizontal"], ["crop": ["padding": 4]]],
            "Random changes to the pictures of training examples, in order, other ones in every epoch; between the transforms that change the shape and the first that changes values."
        )
    }

    static let earlyStopping = RecipeTable(
        "early_stopping", "When a phase ends before its end.",
        [
            RecipeField(
                "monitor", .text, standard: "val_loss", aliases: ["metric"],
                "The score that is watched, as a column of metrics.csv is called."),
            RecipeField("patience", .whole(0...1_000_000), standard: 3, "Evaluations without improvement to wait for."),
            RecipeField("min_delta", .number(.notNegative), standard: 0.0, "What an improvement must exceed."),
            RecipeField(
                "restore_best", .bool, standard: true, aliases: ["restore_best_weights"],
                "Whether the best weights are taken back."),
            RecipeField(
                "mode", .choice([.init("lower", aliases: ["min"]), .init("higher", aliases: ["max"])]), standard: .null,
                "Which way the score gets better; by default by its name."),
        ])

    static let policyRule = RecipeTable(
        "policy rule", "What happens to the tensors that the patterns match.",
        [
            RecipeField("freeze", .oneOrMore(.pattern), standard: .null, example: "**", "These do not train."),
            RecipeField("unfreeze", .oneOrMore(.pattern), standard: .null, example: "head.**", "These train."),
            RecipeField(
                "set", .oneOrMore(.pattern), standard: .null, example: "conv2d", "For these, only the options."),
            RecipeField(
                "multiplier", .number(.notNegative), standard: .null, aliases: ["lr_mult", "lr_multiplier"],
                "Times the phase's rate."),
            RecipeField(
                "learning_rate", .number(.notNegative), standard: .null, aliases: ["lr"],
                "The rate at the schedule's peak."),
            RecipeField(
                "weight_decay", .number(.notNegative), standard: .null, aliases: ["wd"], "Decoupled weight decay."),
            RecipeField(
                "batch_norm", .choice(["inference", "train", "adapt"]), standard: .null,
                "What batch normalization normalizes by and whether its statistics move."),
            RecipeField(
                "l2_sp", .number(.notNegative), standard: .null,
                "Pull toward the pretrained value, times the rate."),
            RecipeField(
                "warmup", .duration, standard: .null, example: "0.1 epochs",
                "A rise of these tensors' own rate from the phase's first step on."),
        ])
}
