import JSON

extension RecipeTable {
    /// What `finetune compare` compares, and by what.
    static let comparison = RecipeTable(
        "comparison", "What finetune compare compares, and by what; settled before the first run.",
        [
            RecipeField(
                "arms", .list(.either([.text, .section(comparisonArm)]), minimum: 2), standard: .null,
                example: ["fine-tuned", "feature-extraction", "from-scratch"],
                "What is compared: \"fine-tuned\" (the recipe), strategies by name, or objects; by default the recipe and the same from scratch."
            ),
            RecipeField(
                "seeds", .list(.whole(0...Int.max), minimum: 1), standard: [1, 2, 3, 4, 5],
                "Each arm is trained once with each; they vary fresh weights, order, dropout and augmentation."),
            RecipeField(
                "metric", .text, standard: .null, example: "accuracy",
                "The score that decides: the name of a metric, or \"loss\"; by default the recipe's first metric."),
            RecipeField(
                "fractions", .list(.number(.factor), minimum: 1), standard: [1.0], example: [0.01, 0.1, 1],
                "Shares of the training labels that each arm is trained with, in as many steps as with all."),
            RecipeField(
                "budget", .choice(["steps", "time"]), standard: "steps",
                "What is the same for all arms: updates, or (with updates as the most) the time of a run."),
            RecipeField(
                "scratch_learning_rate", .either([.number(.positive), .choice(["lr-find", "recipe"])]),
                standard: "lr-find", example: 1e-3,
                "The rate of the arm from scratch: found as finetune lr-find does, a number, or the recipe's."),
            RecipeField(
                "split", .choice(["same", "each-seed"]), standard: "same",
                "Whether all seeds have the same training and validation examples, or each draws its own."),
            RecipeField(
                "confidence", .number(.fraction), standard: 0.95, "How often an interval should cover the difference."),
            RecipeField("draws", .whole(100...1_000_000), standard: 10_000, "Of the bootstrap."),
            RecipeField(
                "old_task", .named(.sources), standard: .null,
                "Data of the task that the checkpoint was trained for: what it scores there, with its own head, is measured before and after."
            ),
        ])

    private static let comparisonArm = RecipeTable(
        "comparison arm", "One of the things compared: the recipe, changed in what is said here.",
        [
            RecipeField("name", .text, standard: .null, "What it is called, also its folder."),
            RecipeField(
                "strategy", .choice(Strategy.allCases.map { .init($0.rawValue, aliases: $0.aliases) }), standard: .null,
                "In place of the recipe's policy and phases, over the same number of steps."),
            RecipeField(
                "recipe", .path(.file), standard: .null, example: "other.json", "Another recipe, as it is written."),
            RecipeField(
                "checkpoint", .path(.file), standard: .null, example: "../models/other.h5",
                "What it starts from, in place of the recipe's own."),
            RecipeField(
                "learning_rate", .number(.positive), standard: .null, example: 1e-3,
                "Of all its phases, at the schedule's peak."),
        ])
}
