import JSON

extension RecipeTable {
    static let augmentations = RecipeTable(
        "augmentation", "A random change to a training picture.",
        [
            RecipeField(
                "flip", .either([.choice(directions), .section(flip)]), standard: nil, aliases: ["random_flip"],
                example: "horizontal", "A mirror image, of every second picture unless it is said otherwise."),
            RecipeField(
                "crop", .either([.whole(0...4096), .section(crop)]), standard: nil,
                aliases: ["random_crop", "resized_crop", "random_resized_crop"], example: ["padding": 4],
                "A window moved by up to so many pixels, or, with an area, a window enlarged to the picture's size."),
            RecipeField(
                "rotation", .either([.number(angle), .section(rotation)]), standard: nil,
                aliases: ["rotate", "random_rotation"], example: 15, "Up to so many degrees either way."),
            RecipeField(
                "translation", .either([.number(.unit), .section(translation)]), standard: nil,
                aliases: ["translate", "shift", "random_translation"], example: 0.1,
                "Up to this share of height and width either way."),
            RecipeField(
                "zoom", .either([.number(.share), .list(.number(.positive), minimum: 2), .section(zoom)]),
                standard: nil,
                aliases: ["random_zoom"], example: 0.1, "Larger or smaller by up to this, or by factors between two."),
            RecipeField(
                "color", .section(color), standard: nil, aliases: ["colour", "color_jitter", "colour_jitter"],
                example: ["brightness": 0.2, "contrast": 0.2], "Brightness, contrast, saturation and hue."),
            RecipeField(
                "erase", .section(erase), standard: nil, aliases: ["erasing", "random_erasing"],
                example: ["probability": 0.5, "area": [0.02, 0.2]], "A box that holds nothing of the picture."),
        ])

    private static let directions: [RecipeKind.Choice] = [
        "horizontal", "vertical", .init("both", aliases: ["horizontal_and_vertical"]),
    ]

    private static let angle = RecipeKind.NumberRange(lower: 0, upper: 180, includesLower: true, includesUpper: true)
    private static let degrees = RecipeKind.NumberRange(
        lower: -360, upper: 360, includesLower: true, includesUpper: true)
    private static let half = RecipeKind.NumberRange(lower: 0, upper: 0.5, includesLower: true, includesUpper: true)

    private static func probability(_ doc: String) -> RecipeField {
        RecipeField("probability", .number(.unit), standard: 0.5, aliases: ["p"], doc)
    }

    private static let fill = RecipeField(
        "fill",
        .either([
            .number(.any),
            .choice([.init("nearest", aliases: ["edge"]), .init("reflect", aliases: ["mirror"]), "wrap"]),
        ]), standard: 0.0, aliases: ["fill_mode"],
        "What lies outside: a number as pixels have it before rescaling, the nearest pixel, the mirror image, or the picture again."
    )

    private static func range(
        _ key: String, _ kind: RecipeKind, standard: JSON, aliases: [String], _ doc: String
    ) -> RecipeField {
        RecipeField(key, .list(kind, minimum: 2), standard: standard, aliases: aliases, example: [0.5, 1], doc)
    }

    private static let flip = RecipeTable(
        "flip", "A mirror image.",
        [
            RecipeField(
                "direction", .choice(directions), standard: "horizontal", aliases: ["mode"],
                "Left for right, top for bottom, or each by itself."),
            probability("How many pictures of all."),
        ])

    private static let crop = RecipeTable(
        "crop", "A window of the picture.",
        [
            RecipeField(
                "padding", .whole(0...4096), standard: .null, example: 4, "Pixels that the window moves at most."),
            fill,
            range("area", .number(.factor), standard: .null, aliases: ["scale"], "The window's least and most share."),
            range(
                "aspect", .number(.positive), standard: .null, aliases: ["ratio"],
                "Its least and most width over height; by default 3/4 and 4/3."),
        ])

    private static let rotation = RecipeTable(
        "rotation", "A turn around the middle.",
        [
            RecipeField(
                "degrees", .either([.number(angle), .list(.number(degrees), minimum: 2)]), standard: nil, example: 15,
                "Up to so many either way, or between two, counterclockwise."),
            fill,
        ])

    private static let translation = RecipeTable(
        "translation", "A shift.",
        [
            RecipeField("height", .number(.unit), standard: 0.0, "Up to this share of the height, up or down."),
            RecipeField("width", .number(.unit), standard: 0.0, "Up to this share of the width, left or right."), fill,
        ])

    private static let zoom = RecipeTable(
        "zoom", "Larger or smaller.",
        [range("factor", .number(.positive), standard: [0.9, 1.1], aliases: ["scale"], "Least and most."), fill])

    private static let color = RecipeTable(
        "color", "Colors, changed by factors between 1 minus and 1 plus these.",
        [
            RecipeField("brightness", .number(.notNegative), standard: 0.0, "Of every number."),
            RecipeField("contrast", .number(.notNegative), standard: 0.0, "Of the distance from the mean grey."),
            RecipeField("saturation", .number(.notNegative), standard: 0.0, "Of the distance from each pixel's grey."),
            RecipeField("hue", .number(half), standard: 0.0, "Shares of the circle of colors, either way."),
        ])

    private static let erase = RecipeTable(
        "erase", "A box that holds nothing of the picture.",
        [
            probability("How many pictures of all."),
            range(
                "area", .number(.factor), standard: [0.02, 0.33], aliases: ["scale"], "The box's least and most share."),
            range(
                "aspect", .number(.positive), standard: [0.3, 3.3], aliases: ["ratio"],
                "Its least and most width over height."),
            RecipeField(
                "value", .either([.number(.any), .choice(["mean", .init("noise", aliases: ["random"])])]),
                standard: 0.0,
                aliases: ["fill"],
                "What it holds: a number as pixels have it before rescaling, the channel's mean, or noise."),
        ])
}
