extension ReplVerb {
    var entry: Entry {
        switch self {
        case .layers:
            Entry(
                usage: "layers [PATTERN]", summary: "the layers, what trains and how fast",
                detail:
                    "By block where the recipe names blocks, or set model.blocks.NAME=PATTERN did. A star trains, a dot is frozen, a half moves only its "
                    + "statistics.", example: "layers conv*", arguments: [.layer])
        case .show:
            Entry(
                usage: "show PATH",
                summary: "a layer's tensors: shape, norm, histogram, way from the pretrained values",
                detail: "PATH is a layer, a tensor, or a pattern.", example: "show conv2d.kernel", arguments: [.layer])
        case .activations:
            Entry(
                usage: "activations LAYER", summary: "what a layer gives for a batch, as statistics",
                detail: "The first batch of the validation data, else of the training data, in inference mode.",
                example: "activations conv2d", arguments: [.layer])
        case .gradients:
            Entry(
                usage: "gradients [PATTERN]", summary: "gradients of a batch, as statistics",
                detail: "Of what trains now, by the batch that the next step would take; nothing is updated.",
                example: "gradients head.**", arguments: [.layer])
        case .ledger:
            Entry(
                usage: "ledger", summary: "what became of each stored tensor when the file was loaded",
                detail: "Loaded, fresh, unused; and under which name.", example: "ledger")
        case .plan:
            Entry(
                usage: "plan", summary: "arithmetic and memory of a step, and what is the same in every epoch",
                detail: "As finetune plan, for what would train now.", example: "plan")
        case .explain:
            Entry(
                usage: "explain [PATTERN]", summary: "one row per tensor: rate, decay, and the rule that decided",
                detail: "As finetune explain, for what would train now.", example: "explain conv*",
                arguments: [.layer])
        case .curve:
            Entry(
                usage: "curve [SCORE]", summary: "the losses so far, drawn", detail: "Or another score of the log.",
                example: "curve val_accuracy")
        case .phases:
            Entry(
                usage: "phases", summary: "the phases of the recipe that was opened",
                detail:
                    "A > is at the one whose settings were taken; train alone carries out the next that is not done.",
                example: "phases")
        default: actingEntry
        }
    }

    private var actingEntry: Entry {
        switch self {
        case .freeze:
            Entry(
                usage: "freeze PATTERN…", summary: "these do not train", detail: ReplVerb.patterns,
                example: "freeze ** ; freeze \"until: conv2d_3\"", arguments: [.layer])
        case .unfreeze:
            Entry(
                usage: "unfreeze PATTERN…", summary: "these train", detail: ReplVerb.patterns,
                example: "unfreeze head.** \"last block\"", arguments: [.layer])
        case .rate:
            Entry(
                usage: "rate PATTERN x0.1 | 1e-4", summary: "how fast these learn",
                detail: "x0.1 multiplies the optimizer's rate, a number stands alone at the schedule's peak.",
                example: "rate conv* x0.1", arguments: [.layer])
        case .decay:
            Entry(
                usage: "decay PATTERN NUMBER", summary: "weight decay of these",
                detail: "Decoupled; a pattern that names a bias or a norm gives it decay too.",
                example: "decay head.** 0.01",
                arguments: [.layer])
        case .batchNorm:
            Entry(
                usage: "batch-norm PATTERN inference | train | adapt", summary: "what batch normalization goes by",
                detail:
                    "inference: fixed statistics; train: those of the batch, and they move; adapt: they move, gamma and "
                    + "beta stay.", example: "batch-norm ** inference",
                arguments: [.layer, .word(["inference", "train", "adapt"])])
        case .policy:
            Entry(
                usage: "policy [clear]", summary: "the rules so far, in order",
                detail: "The last rule that matches wins. clear forgets all of them.", example: "policy",
                arguments: [.word(["clear"])])
        case .head:
            Entry(
                usage: "head UNITS | classes [--cut LAYER] [--hidden N] [--dropout SHARE] [--activation NAME]",
                summary: "a new head",
                detail:
                    "classes is as many as the data has. Without --cut it takes the place of the head there is, or of the "
                    + "last layer that has parameters. What stays keeps its values and the optimizer's state.",
                example: "head classes --cut flatten --hidden 128 --dropout 0.5",
                arguments: [.word(["classes", "--cut", "--hidden", "--dropout", "--activation"]), .layer])
        case .optimizer:
            Entry(
                usage: "optimizer [NAME] key=value…", summary: "what turns gradients into updates",
                detail: "Tensors keep what the optimizer has gathered where the algorithm stays the same.",
                example: "optimizer adamw learning_rate=1e-4 weight_decay=0.01",
                arguments: [.word(["sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw"])])
        case .schedule:
            Entry(
                usage: "schedule NAME key=value…", summary: "how the rate moves over the next train",
                detail: "Each train begins it anew, continue goes on in it.", example: "schedule cosine warmup=0.1",
                arguments: [
                    .word(["constant", "cosine", "linear", "step", "exponential", "one-cycle", "reduce-on-plateau"])
                ])
        case .augment:
            Entry(
                usage: "augment [off | NAME[=VALUE]…]", summary: "random changes to training pictures",
                detail: "In order; VALUE is JSON.", example: "augment crop='{\"area\": [0.5, 1]}' flip=horizontal",
                arguments: [.word(["off", "flip", "crop", "rotation", "translation", "zoom", "color", "erase"])])
        case .precision:
            Entry(
                usage: "precision float32 | bfloat16 | auto", summary: "what the arithmetic is done in",
                detail: "Weights, norms and losses stay float32. bfloat16 needs a processor that has it; auto looks.",
                example: "precision auto",
                arguments: [.word(["float32", "bfloat16", "auto"])])
        case .set:
            Entry(
                usage: "set key=value…", summary: "any other key of a phase or a recipe",
                detail: "As recipes name them: clip_norm, accumulate, ema, layer_decay, evaluate_every, metrics, …",
                example: "set clip_norm=1 layer_decay=0.8")
        default: runningEntry
        }
    }

    private static let patterns =
        "A pattern is a path, with * for a part and ** for any; re:EXPRESSION; \"until: LAYER\", \"last 3\", "
        + "\"last block\", \"role: bias\". It takes effect with the next step; the optimizer's state stays with its tensor."
}
