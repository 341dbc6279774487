import JSON
import Tracking

extension Commands {
    /// Describes a checkpoint.
    package static func inspect(_ options: InspectOptions, console: Console) throws -> ExitStatus {
        let inspection = try Inspection(path: options.file, lambdas: options.lambdas)
        if options.asJSON {
            console.write(inspection.json.serialized(pretty: true) + "\n")
        } else {
            let terminal = Terminal.standardOutput()
            console.write(inspection.text(width: console.outputIsTerminal ? terminal.width() : nil))
        }
        return .done
    }
}
