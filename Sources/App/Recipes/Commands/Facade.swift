import Checkpoints
import JSON

/// What the program's verbs call. Each command writes results and diagnostics to the console, gives the status to end
/// with, and throws what `Console.report` can say.
package enum Commands {
    /// To be called first of all: where the program was started by itself to read an HDF5 file, it does that and ends.
    /// - Parameter arguments: with the program's name.
    package static func readFileIfAsked(_ arguments: [String]) { HDF5ReadingMode.serveIfAsked(arguments) }

    /// Prints the schema of recipes.
    package static func schema(console: Console) -> ExitStatus {
        console.write(RecipeSchema.json.serialized(pretty: true))
        return .done
    }

    /// Lists the ready recipes.
    package static func list(asJSON: Bool, console: Console) throws -> ExitStatus {
        let entries = try Gallery.ofThisProgram().entries()
        if asJSON {
            let items = entries.map { entry -> JSON in
                ["name": .string(entry.name), "description": .string(entry.description), "path": .string(entry.path)]
            }
            console.write(JSON.array(items).serialized(pretty: true))
            return .done
        }
        let width = entries.map(\.name.count).max() ?? 0
        for entry in entries {
            let gap = String(repeating: " ", count: width - entry.name.count + 2)
            console.print(entry.name + gap + entry.description)
        }
        return .done
    }

    /// Copies a ready recipe.
    package static func copy(
        _ name: String, to destination: String?, replaces: Bool, console: Console
    ) throws -> ExitStatus {
        console.print(try Gallery.ofThisProgram().copy(name, to: destination, replaces: replaces))
        return .done
    }
}

func nearestName(_ name: String, _ candidates: [String]) -> String? {
    nearest(to: name, among: candidates, limit: 1).first
}
