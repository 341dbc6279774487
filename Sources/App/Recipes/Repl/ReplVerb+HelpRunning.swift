extension ReplVerb {
    var runningEntry: Entry {
        switch self {
        case .data:
            Entry(
                usage: "data PATH [key=value…]", summary: "what it learns from",
                detail:
                    "A folder of pictures, one folder a class; .npz, .csv, .tsv, .h5. Keys are those of a source and of "
                    + "data: targets, size, classes, validation, test, batch_size, rescale.",
                example: "data flowers/train test=flowers/val size='[224, 224]' validation=0.1", arguments: [.file])
        case .use:
            Entry(
                usage: "use RECIPE", summary: "a recipe's data, loss and metrics",
                detail: "Where no model is open yet, its model and settings too.",
                example: "use recipes/fashion-transfer.json", arguments: [.file])
        case .train:
            Entry(
                usage: "train N epochs | N steps", summary: "trains; Ctrl-C pauses after the step under way",
                detail:
                    "From the very step where it stands, with the settings there are. Without a length: what is left after a "
                    + "pause; else the next phase of the recipe that was opened, with its settings and its length; else an epoch.",
                example: "train 2 epochs", arguments: [.word(["1", "epochs", "steps"])])
        case .continue:
            Entry(
                usage: "continue", summary: "goes on after a pause", detail: "With what was changed in between.",
                example: "continue")
        case .phase:
            Entry(
                usage: "phase NAME | N | next", summary: "takes the settings of one of the recipe's phases",
                detail:
                    "The phases of the recipe that was opened wait to be carried out: train alone does the next one as it is "
                    + "written, train 2 epochs trains with the settings of the one that was taken, phase skips to another, "
                    + "and freeze, rate, optimizer and the like change it. At the prompt each goes on from the last "
                    + "weights of the one before: best weights are not taken back.",
                example: "phase 2", arguments: [.phase])
        case .evaluate:
            Entry(
                usage: "evaluate [validation | test | train]", summary: "loss and metrics",
                detail: "On the validation data, else on the test data.", example: "evaluate test",
                arguments: [.word(["validation", "test", "train"])])
        case .predict:
            Entry(
                usage: "predict FILE [--top K]", summary: "what the model says of inputs",
                detail: "With the transforms of the data.", example: "predict rose.jpg --top 3", arguments: [.file])
        case .suggest:
            Entry(
                usage: "suggest [BATCHES]", summary: "what to freeze and which rates, by the gradients' relative size",
                detail:
                    "The norm of each layer's gradient over that of its weights, over a few batches (auto-RGN of Lee et "
                    + "al., Surgical Fine-Tuning, 2023). Nothing is applied.", example: "suggest 8")
        case .rateFind:
            Entry(
                usage: "lr-find [from=1e-7] [to=10] [steps=100]", summary: "the loss at rising rates, drawn",
                detail: "On a fork: nothing is changed.", example: "lr-find steps=60")
        case .undo:
            Entry(
                usage: "undo [N]", summary: "takes back what was done last",
                detail: "Weights, slots, policy and place in the data together.", example: "undo 2")
        case .redo:
            Entry(usage: "redo [N]", summary: "does it again", detail: "To the same bytes.", example: "redo")
        case .branch:
            Entry(
                usage: "branch [NAME]", summary: "goes on from here under a name of its own",
                detail: "The line left behind keeps its name. Without a name: all lines.", example: "branch wide-head")
        case .switch:
            Entry(
                usage: "switch NAME", summary: "goes over to another line", detail: "With its weights and settings.",
                example: "switch main", arguments: [.branch])
        case .compare:
            Entry(
                usage: "compare A B", summary: "two lines on the validation data",
                detail: "Scores beside each other, and on how many examples only one of them is right.",
                example: "compare main wide-head", arguments: [.branch, .branch])
        case .history:
            Entry(
                usage: "history", summary: "what was done on this line", detail: "A > is where it stands.",
                example: "history")
        case .save:
            Entry(
                usage: "save FILE", summary: "the model as it is now",
                detail: "By its ending: .h5, .keras, .weights.h5, "
                    + ".safetensors, .npz.", example: "save mine.h5", arguments: [.file])
        case .saveRecipe:
            Entry(
                usage: "save-recipe FILE", summary: "what was done, as a recipe",
                detail: "Run from the same checkpoint it gives the same bytes as save FILE.h5.",
                example: "save-recipe mine.json", arguments: [.file])
        case .report:
            Entry(
                usage: "report", summary: "writes report.html and the logs of what was done into the session's folder",
                detail: "As of a run.", example: "report")
        case .help:
            Entry(
                usage: "help [VERB]", summary: "this, or more of one command", detail: "With an example.",
                example: "help freeze", arguments: [.verb])
        default:
            Entry(
                usage: "quit", summary: "leaves; the session's folder stays", detail: "So does Ctrl-D.", example: "quit"
            )
        }
    }

    /// The commands by group, or one of them with its example.
    static func help(_ verb: ReplVerb?) -> String {
        guard let verb else {
            let width = groups.flatMap(\.verbs).map(\.entry.usage.count).filter { $0 <= 28 }.max() ?? 0
            let groups = groups.map { group in
                ([group.title + ":"]
                    + group.verbs.map { verb in
                        let usage = verb.entry.usage.count <= 28 ? verb.entry.usage : verb.rawValue + " …"
                        return "  " + usage.padding(to: width) + "  " + verb.entry.summary
                    }).joined(separator: "\n")
            }
            return groups.joined(separator: "\n") + "\nhelp VERB says more.\n"
        }
        let entry = verb.entry
        let names = aliases.filter { $0.value == verb }.map(\.key).sorted()
        let also = names.isEmpty ? "" : "\nalso: " + names.joined(separator: ", ")
        return "\(entry.usage)\n  \(entry.summary)\n  \(entry.detail)\nexample: \(entry.example)\(also)\n"
    }
}
