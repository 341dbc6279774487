extension Commands {
    /// Trains as the recipe says and writes the run's folder.
    package static func run(_ options: RunOptions, console: Console) throws -> ExitStatus { throw pending("run") }

    /// Says what training would take: parameters, arithmetic, the frozen prefix, memory.
    package static func plan(_ options: PlanOptions, console: Console) throws -> ExitStatus { throw pending("plan") }

    /// Describes a checkpoint.
    package static func inspect(_ options: InspectOptions, console: Console) throws -> ExitStatus {
        throw pending("inspect")
    }

    /// Runs a model over inputs.
    package static func predict(_ options: PredictOptions, console: Console) throws -> ExitStatus {
        throw pending("predict")
    }

    /// Measures a model on a recipe's data.
    package static func evaluate(_ options: EvaluateOptions, console: Console) throws -> ExitStatus {
        throw pending("evaluate")
    }

    private static func pending(_ verb: String) -> UsageError { UsageError("\(verb) is not available yet") }
}
