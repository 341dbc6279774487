import Data
import Tensors

/// What a command ends with.
package enum ExitStatus: Int32, Sendable {
    case done = 0
    /// A file's content is bad, the disk is full, a number is not finite.
    case failed = 1
    /// Bad usage or a bad recipe: the one who typed can mend it.
    case misuse = 2
    /// Stopped by Ctrl-C or SIGTERM after a snapshot.
    case interrupted = 130

    /// The status that goes with an error.
    package init(_ error: any Error) {
        switch error {
        case is RecipeError, is RecipeOverrideError, is GalleryError, is UsageError, is ChangedRunError,
            is ChangedComparisonError, is any DescriptionFault:
            self = .misuse
        default: self = .failed
        }
    }
}

/// A command line that cannot be followed, as a sentence.
package struct UsageError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

extension Console {
    /// Says what went wrong, one line a problem, and gives the status to end with.
    package func report(_ error: any Error) -> ExitStatus {
        if let error = error as? RecipeError {
            for problem in error.problems { note("\(problem)") }
        } else {
            // Names out of files are in it: one sentence is one line.
            note("finetune: " + "\(error)".onOneLine(limit: 4000))
        }
        return ExitStatus(error)
    }
}
