import Checkpoints
import Foundation
import Testing

/// `finetune convert` as a person would run it.
@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct ConvertTests {
    private static let model = "models/fashion-tops.h5"

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "finetune-convert-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func aModelGoesThroughEveryFormatAndBack() throws {
        try inFolder { folder in
            var input = Self.model
            for ending in ["h5", "keras", "h5", "keras"] {
                let output = "\(folder)/\(UUID().uuidString).\(ending)"
                let outcome = try Program.run("convert", input, output)
                #expect(outcome.status == 0, "\(outcome.diagnostics)")
                input = output
            }
            let back = try Checkpoint(path: input).tensors.values.map { tensor in tensor.withBytes { Array($0) } }
            let old = try Checkpoint(path: Program.repository + "/" + Self.model)
            #expect(old.tensors.values.allSatisfy { tensor in back.contains(tensor.withBytes { Array($0) }) })
            // Nothing was converted between the layouts of one Keras: the bytes are those of the file.
            #expect(try Program.run("convert", Self.model, folder + "/same.h5").status == 0)
            #expect(try bytes(folder + "/same.h5") == bytes(Program.repository + "/" + Self.model))
        }
    }

    @Test func plainTensorsNeedAnArchitectureToBecomeAModel() throws {
        try inFolder { folder in
            for (input, output) in [(Self.model, "a.npz"), (folder + "/a.npz", "a.safetensors")] {
                let outcome = try Program.run("convert", input, "\(folder)/\(output)")
                #expect(outcome.status == 0, "\(outcome.diagnostics)")
            }
            #expect(try Checkpoint(path: folder + "/a.safetensors").tensors.keys.contains("conv2d.kernel"))
            for ending in ["h5", "keras", "weights.h5"] {
                let refused = try Program.run("convert", folder + "/a.safetensors", "\(folder)/b.\(ending)")
                #expect(refused.status == 2)
                #expect(refused.diagnostics.contains("holds no architecture") && refused.output.isEmpty)
            }
            let config = folder + "/config.json"
            try Checkpoint(path: Program.repository + "/" + Self.model).attribute("model_config")?.string?
                .write(toFile: config, atomically: true, encoding: .utf8)
            let whole = try Program.run(
                "convert", folder + "/a.safetensors", folder + "/b.h5", "--architecture", config)
            #expect(whole.status == 0, "\(whole.diagnostics)")
            #expect(try Program.run("convert", folder + "/b.h5", folder + "/b.npz").status == 0)
            #expect(try bytes(folder + "/a.npz") == bytes(folder + "/b.npz"))
            #expect(try files(in: folder) == ["a.npz", "a.safetensors", "b.h5", "b.npz", "config.json"])
        }
    }

    @Test func misuseIsSaidInASentence() throws {
        try inFolder { folder in
            let ending = try Program.run("convert", Self.model, folder + "/model.onnx")
            #expect(ending.status == 2)
            #expect(ending.diagnostics.contains("the ending says the format to write"))
            #expect(try Program.run("convert", "models/nothing.h5", folder + "/a.h5").status == 2)
            #expect(try Program.run("convert", folder, folder + "/a.h5").status == 2)
            #expect(try Program.run("convert", Self.model).status == 2)
            #expect(try Program.run("convert", Self.model, folder + "/a.npz").status == 0)
            let there = try Program.run("convert", Self.model, folder + "/a.npz")
            #expect(there.status == 2)
            #expect(there.diagnostics.contains("--force"))
            #expect(try Program.run("convert", Self.model, folder + "/a.npz", "--force").status == 0)
        }
    }

    @Test func whatCannotBeWrittenLeavesNothing() throws {
        try inFolder { folder in
            let missing = try Program.run("convert", Self.model, folder + "/none/a.h5")
            #expect(missing.status != 0)
            #expect(missing.diagnostics.split(separator: "\n").count == 1)
            for ending in ["h5", "keras", "weights.h5", "npz", "safetensors"] {
                let full = try Program.shell(
                    "cd '\(Program.repository)'; ln -s /dev/full '\(folder)/full.\(ending)'; "
                        + "\"$F\" convert \(Self.model) '\(folder)/full.\(ending)' --force")
                #expect(full.status == 1)
                #expect(full.diagnostics.hasSuffix("full.\(ending): No space left on device\n"), "\(full.diagnostics)")
            }
            #expect(try files(in: folder).allSatisfy { $0.hasPrefix("full.") })
        }
    }

    @Test func aDamagedFileIsRefused() throws {
        try inFolder { folder in
            let whole = try bytes(Program.repository + "/" + Self.model)
            try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder + "/half.h5"))
            let outcome = try Program.run("convert", folder + "/half.h5", folder + "/a.npz")
            #expect(outcome.status == 1)
            #expect(outcome.diagnostics.split(separator: "\n").count == 1)
            #expect(try files(in: folder) == ["half.h5"])
        }
    }
}
