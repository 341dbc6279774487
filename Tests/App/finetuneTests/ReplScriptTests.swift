import Foundation
import Testing

/// The whole way of a session, on real checkpoints and real pictures: a head, freezing, training, the last block at a
/// tenth of the rate, back again, and away with a recipe that gives the same bytes.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built")) struct ReplScriptTests {
    private static let shared = Program.repository + "/../shared"
    private static let checkpoint =
        shared + "/checkpoints/stm32_modelzoo/ImageNet__mobilenet_v1_0.25_224.h5"
    private static let flowers = shared + "/data/flowers128"
    private static let areFlowersThere = [checkpoint, flowers].allSatisfy { FileManager.default.fileExists(atPath: $0) }
    private static let fashion = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"

    /// - Parameters:
    ///   - start: attaches data and puts a head on.
    ///   - accuracy: that the head alone reaches at least.
    private func goThrough(_ model: String, _ start: String, accuracy least: Double) throws {
        try withFolder { folder in
            let script = """
                \(start)
                freeze **
                unfreeze head.**
                optimizer adamw learning_rate=0.003
                train 40 steps
                evaluate test
                unfreeze last block
                rate last block x0.1
                layers
                train 6 steps
                save after.h5
                save-recipe after.json
                undo
                save mine.h5
                save-recipe mine.json
                redo
                save again.h5
                history
                """
            try write(script, to: folder + "/commands.txt")
            let session = try Program.shell(
                "cd '\(folder)' && FINETUNE_CACHE=cache \"$F\" repl '\(model)' --threads 2 < commands.txt")
            try #require(session.status == 0, "\(session.diagnostics)")
            let accuracy = try #require(session.output.firstMatch(of: /accuracy ([0-9.]+)/)?.1)
            #expect(try #require(Double(accuracy)) > least)
            #expect(session.output.contains("cut behind ") && session.output.contains("of memory, was "))
            func isSame(_ one: String, _ other: String) -> Bool {
                FileManager.default.contentsEqual(atPath: folder + "/" + one, andPath: folder + "/" + other)
            }
            #expect(isSame("after.h5", "again.h5") && !isSame("after.h5", "mine.h5"))
            for name in ["mine", "after"] {
                let run = try Program.shell(
                    "cd '\(folder)' && FINETUNE_CACHE=other \"$F\" \(name).json -o \(name) --threads 2")
                #expect(run.status == 0, "\(run.diagnostics)")
                #expect(isSame("\(name).h5", "\(name)/model.h5"), "\(name)")
            }
        }
    }

    @Test(.enabled(if: areFlowersThere, "../shared has neither the flowers nor the ImageNet MobileNet"))
    func onFlowersWithAMobileNet() throws {
        let transforms = #"[{"rescale": {"scale": 0.00784313725490196, "offset": -1}}]"#
        try goThrough(
            Self.checkpoint,
            """
            data \(Self.flowers)/train test=\(Self.flowers)/val size='[224, 224]' transforms='\(transforms)' \
            classes='["daisy", "roses"]'
            head classes --cut global_average_pooling2d_1
            """, accuracy: 0.8)
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: fashion), "Debian's dataset-fashion-mnist is not installed")
    )
    func onClothesWithTheModelOfTheProject() throws {
        try goThrough(
            Program.repository + "/models/fashion-tops.h5",
            """
            use \(Program.repository)/recipes/fashion-transfer.json
            head classes --cut flatten --hidden 32
            """, accuracy: 0.8)
    }
}
