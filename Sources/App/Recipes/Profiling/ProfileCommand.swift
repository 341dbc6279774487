import JSON
import Kernels
import Tracking
import Training

/// `finetune profile`.
package struct ProfileOptions: Sendable, Hashable {
    package var recipe: RecipeArguments
    /// A phase's name or its number, from 1; nil: the first.
    package var phase: String?
    /// Steps that are measured.
    package var steps: Int
    package var asJSON: Bool
    package var threads: Int?

    package init(
        recipe: RecipeArguments, phase: String? = nil, steps: Int, asJSON: Bool = false, threads: Int? = nil
    ) {
        self.recipe = recipe
        self.phase = phase
        self.steps = steps
        self.asJSON = asJSON
        self.threads = threads
    }
}

extension Commands {
    /// Shows where the time of a phase's steps goes, beside what the machine reaches; writes nothing.
    package static func profile(_ options: ProfileOptions, console: Console) throws -> ExitStatus {
        guard (1...100_000).contains(options.steps) else {
            throw UsageError("--steps \(options.steps): expected a number from 1 to 100000")
        }
        let recipe = try options.recipe.read()
        let session = try Session(recipe)
        let threads = try ThreadChoice.configure(options.threads, session)
        let phases = session.recipe.phaseConfigurations()
        let index = try options.phase.map { try phaseIndex(of: $0, in: session.recipe) } ?? 0
        let peaks = try MachinePeaks.measured(precision: phases[index].precision)
        let measured = try session.trainer().profile(phases, at: index, steps: options.steps) {
            // A tensor at a time, as it is written.
            for values in CodedState($0).tensors.values { _ = Array(values) }
        }
        let profile = Profile(name: recipe.name, threads: threads, peaks: peaks, training: measured)
        if options.asJSON {
            console.print(profile.json.serialized(pretty: true))
        } else {
            console.write(profile.text(width: console.outputIsTerminal ? Terminal.standardOutput().width() : 100))
        }
        return .done
    }
}
