import JSON

extension RecipeTable {
    static let data = RecipeTable(
        "data", "Examples, how they are batched and what is done to them.",
        [
            RecipeField("train", .named(.sources), standard: nil, "What is trained on."),
            RecipeField(
                "validation", .either([.number(.share), .named(.sources)]), standard: 0.0,
                aliases: ["val", "validation_split"], example: 0.1,
                "A share of the training data that is held out, stratified and seeded, or a source of its own."),
            RecipeField("test", .named(.sources), standard: .null, "What the finished model is measured on."),
            RecipeField(
                "fraction", .number(.factor), standard: 1.0, example: 0.1,
                "The share of the training examples that is used, of each class as many as its part and at least one; those of a smaller share are among those of a larger one."
            ),
            RecipeField(
                "split_seed", .whole(0...Int.max), standard: .null, example: 42,
                "What validation share and fraction are drawn by; by default the recipe's seed."),
            RecipeField(
                "batch_size", .whole(1...1_000_000), standard: 32, aliases: ["batch", "per_device_train_batch_size"],
                "Examples per update."),
            RecipeField(
                "transforms", .list(.operation(.transforms), minimum: 0), standard: [],
                example: [["rescale": 0.00392156862745098]], "What is done to the inputs of every example, in order."),
            augmentField(standard: .null),
            RecipeField(
                "sampling", .choice(["shuffle", "sequential", "balanced"]), standard: "shuffle",
                "The order of training examples; balanced: every class equally often, in epochs as long as ever."),
            RecipeField(
                "on_bad_example", .choice(["error", "skip"]), standard: "error",
                "What happens when an example cannot be read."),
            RecipeField(
                "cache", .either([.choice(["auto", "off"]), .whole(0...Int.max)]), standard: "auto",
                example: 2_000_000_000,
                "Whether, and within how many bytes, what a frozen base gives for each example is kept instead of computed anew in every epoch. The numbers are the same."
            ),
            RecipeField(
                "cache_precision",
                .choice([.init("float32", aliases: ["fp32", "f32"]), .init("bfloat16", aliases: ["bf16"])]),
                standard: "float32", example: "bfloat16",
                "What is kept of each number that a frozen base gives: bfloat16 takes half the room, and everything behind the frozen base is computed from the rounded numbers."
            ),
            RecipeField(
                "views", .whole(1...1000), standard: 1, example: 8,
                "In how many ways \"augment\" changes an example, so that what a frozen base gives for each can be kept: epoch e takes those of epoch e modulo this. With 1, others in every epoch, and nothing is kept."
            ),
        ])

    static let transforms = RecipeTable(
        "transform", "Something that is done to every input.",
        [
            RecipeField(
                "rescale", .either([.number(.any), .section(rescaling)]), standard: nil, aliases: ["scale"],
                example: 0.00392156862745098, "Times this number, or times the scale plus the offset."),
            RecipeField(
                "standardize", .section(standardization), standard: nil, aliases: ["normalize"],
                example: ["mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]],
                "Minus the mean, divided by the standard deviation; with nothing given, those of the training data."),
            RecipeField(
                "resize", .list(.whole(1...65_535), minimum: 2), standard: nil, example: [224, 224],
                "Height and width in pixels."),
            RecipeField(
                "reshape", .list(.whole(1...1_000_000_000), minimum: 1), standard: nil, example: [28, 28, 1],
                "The same numbers in another shape, without the batch."),
        ])

    private static let rescaling = RecipeTable(
        "rescale", "A scale and an offset.",
        [
            RecipeField("scale", .number(.any), standard: 1.0, "Times this …"),
            RecipeField("offset", .number(.any), standard: 0.0, "… plus this."),
        ])

    private static let standardization = RecipeTable(
        "standardize", "A mean and a standard deviation, one for everything or one for each channel.",
        [
            RecipeField("mean", .oneOrMore(.number(.any)), standard: .null, example: 0.5, "The mean."),
            RecipeField(
                "std", .oneOrMore(.number(.positive)), standard: .null, example: 0.5, "The standard deviation."),
        ])
}

extension RecipeVariants {
    static let sources = RecipeVariants(
        discriminator: "format", noun: "format",
        variants: [
            Variant(
                "idx", "IDX files as MNIST comes in, packed with gzip or not.",
                [
                    RecipeField(
                        "inputs", .path(.file), standard: nil, aliases: ["images"],
                        example: "train-images-idx3-ubyte.gz",
                        "The file of the inputs."),
                    RecipeField(
                        "targets", .path(.file), standard: nil, aliases: ["labels"],
                        example: "train-labels-idx1-ubyte.gz",
                        "The file of the targets."),
                ] + common),
            Variant(
                "npy", "NumPy arrays, one file each, examples along the first axis.",
                [
                    RecipeField(
                        "inputs", .oneOrMore(.path(.file)), standard: nil, aliases: ["x"], example: "x.npy",
                        "The file of the inputs; several where the model has several."),
                    RecipeField(
                        "targets", .oneOrMore(.path(.file)), standard: nil, aliases: ["labels", "y"], example: "y.npy",
                        "The file of the targets; several where the model has several outputs."),
                ] + common),
            archive("npz", "NumPy arrays in one archive, examples along the first axis."),
            archive(
                "h5", aliases: ["hdf5"], "Datasets of an HDF5 file by their paths in it, examples along the first axis."
            ),
            table("csv", "A table, one example a row, columns between commas."),
            table("tsv", "A table, one example a row, columns between tabs."),
            Variant(
                "image-folder", aliases: ["image_folder", "images", "imagefolder"],
                "One folder of JPEG and PNG pictures for each class, named after it.",
                [
                    RecipeField(
                        "folder", .path(.folder), standard: nil, aliases: ["path", "directory"],
                        example: "images/train", "The folder of folders."),
                    RecipeField(
                        "size", .list(.whole(1...65_535), minimum: 2), standard: .null, aliases: ["image_size"],
                        example: [128, 128], "Height and width that pictures are scaled to; needed where they differ."),
                    RecipeField(
                        "color", .choice([.init("rgb"), .init("grey", aliases: ["gray", "grayscale", "greyscale"])]),
                        standard: .null, aliases: ["color_mode", "colour"],
                        "Three channels or one; by default, three if any picture is in colour."),
                    classes,
                ]),
            Variant(
                "inline", "Numbers in the recipe itself.",
                [
                    RecipeField(
                        "inputs", .values(text: false), standard: nil, aliases: ["x"], example: [[1, 2], [2, 3]],
                        "One list (or number) for each example."),
                    RecipeField(
                        "targets", .values(text: true), standard: nil, aliases: ["labels", "y"], example: [3, 4],
                        "One number, list or class name for each example."),
                ] + common),
            Variant("jsonl", availability: .later, "One JSON object a line.", []),
            Variant("text", availability: .later, "Lines of text.", []),
        ], standard: nil)

    private static func archive(_ name: String, aliases: [String] = [], _ doc: String) -> Variant {
        Variant(
            name, aliases: aliases, doc,
            [
                RecipeField(
                    "file", .path(.file), standard: nil, aliases: ["path"], example: .string("data." + name),
                    "The file."
                ),
                RecipeField(
                    "inputs", .oneOrMore(.text), standard: ["x"], aliases: ["x"],
                    "The names of the arrays of inputs, in the order of the model's inputs."),
                RecipeField(
                    "targets", .oneOrMore(.text), standard: ["y"], aliases: ["labels", "y"],
                    "The name of the array of targets; several where the model has several outputs."),
            ] + common)
    }

    private static func table(_ name: String, _ doc: String) -> Variant {
        Variant(
            name, doc,
            [
                RecipeField(
                    "file", .path(.file), standard: nil, aliases: ["path"], example: .string("data." + name),
                    "The file."),
                RecipeField(
                    "header", .bool, standard: .null,
                    "Whether the first row names the columns; by default, if it looks like it."),
                RecipeField(
                    "target", .oneOrMore(column), standard: .null, aliases: ["targets", "label", "target_column"],
                    example: "species", "The columns of the targets, by name or number from 0; by default the last."),
                RecipeField(
                    "inputs", .oneOrMore(column), standard: .null, aliases: ["features", "columns"],
                    example: ["age", "income"],
                    "The columns of the inputs, by name or number from 0; by default all others."),
                RecipeField(
                    "ignore", .oneOrMore(column), standard: .null, aliases: ["exclude"], example: ["id"],
                    "Columns that are neither."),
                RecipeField(
                    "encodings",
                    .keyed(.choice(["number", .init("one_hot", aliases: ["one-hot", "onehot"]), "index"])),
                    standard: .null, aliases: ["encode"], example: ["island": "one_hot"],
                    "How columns of words become numbers."),
                RecipeField(
                    "missing", .either([.choice(["error", "skip"]), .number(.any)]), standard: "error",
                    "What happens where a value is missing; a number is put there."),
                RecipeField(
                    "missing_tokens", .list(.text, minimum: 0), standard: ["", "?"], example: ["", "NA"],
                    "What stands for a value that is missing."),
                RecipeField(
                    "label_aliases", .keyed(.text), standard: [:], example: ["<=50K.": "<=50K"],
                    "Other spellings of classes."),
                RecipeField(
                    "quote", .choice([.init("double", aliases: ["\""]), .init("single", aliases: ["'"]), "none"]),
                    standard: "double",
                    "What stands around a field that holds separators."),
            ] + common)
    }

    private static let column = RecipeKind.either([.text, .whole(0...1_000_000)])

    private static let classes = RecipeField(
        "classes", .list(.either([.whole(0...65_535), .text]), minimum: 1), standard: .null, example: [5, 6, 7, 8, 9],
        "Only examples of these classes, numbered 0, 1, … in this order.")

    /// What every source has whose targets may be classes or numbers.
    private static let common = [
        classes,
        RecipeField(
            "target_type", .choice(["auto", "classes", "values"]), standard: "auto",
            "Whether the targets are classes or numbers to predict; by default, whole numbers are classes."),
    ]
}
