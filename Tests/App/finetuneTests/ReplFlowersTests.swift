import Foundation
import Testing

/// A session on a real checkpoint and real pictures.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct ReplFlowersTests {
    private static let shared = Program.repository + "/../shared"
    private static let checkpoint =
        shared + "/checkpoints/stm32_modelzoo/ImageNet__mobilenet_v1_0.25_224.h5"
    private static let flowers = shared + "/data/flowers128"
    private static let transforms = #"[{"rescale": {"scale": 0.00784313725490196, "offset": -1}}]"#
    private static let arePresent =
        FileManager.default.fileExists(atPath: checkpoint) && FileManager.default.fileExists(atPath: flowers)

    @Test(.enabled(if: arePresent, "../shared has neither the flowers nor the MobileNet"))
    func aHeadIsTrainedThenTheLastBlock() throws {
        try withFolder { folder in
            let script = """
                data \(Self.flowers)/train test=\(Self.flowers)/val size='[224, 224]' transforms='\(Self.transforms)'
                head classes --cut global_average_pooling2d_1
                freeze **
                unfreeze head.**
                layers head.**
                optimizer adamw learning_rate=0.001
                train 40 steps
                evaluate test
                unfreeze conv_pw_13 conv_pw_13_bn
                rate conv_pw_13 x0.1
                train 6 steps
                activations conv_pw_13
                undo
                rate conv_pw_13 x0.5
                train 4 steps
                save mine.h5
                save-recipe mine.json
                """
            try write(script, to: folder + "/commands.txt")
            let session = try Program.shell(
                "cd '\(folder)' && FINETUNE_CACHE=cache \"$F\" repl '\(Self.checkpoint)' --threads 2 < commands.txt")
            #expect(session.status == 0, "\(session.diagnostics)")
            let accuracy = try #require(session.output.firstMatch(of: /accuracy ([0-9.]+)/)?.1)
            #expect(try #require(Double(accuracy)) > 0.5)
            let again = try Program.shell(
                "cd '\(folder)' && FINETUNE_CACHE=other \"$F\" mine.json -o again --threads 2")
            #expect(again.status == 0, "\(again.diagnostics)")
            let (mine, theirs) = (folder + "/mine.h5", folder + "/again/model.h5")
            #expect(FileManager.default.contentsEqual(atPath: mine, andPath: theirs))
        }
    }
}
