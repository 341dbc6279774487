import JSON
import Testing

@Suite struct NearestTests {
    let keys = ["learning_rate", "weight_decay", "momentum", "nesterov", "name", "epochs"]

    @Test(arguments: [
        ("learning_rat", ["learning_rate"]), ("learningRate", ["learning_rate"]), ("weigth_decay", ["weight_decay"]),
        ("epoch", ["epochs"]), ("nmae", ["name"]), ("zzz", []), ("", []), ("decay", ["weight_decay"]),
    ])
    func findsWhatWasMeant(word: String, expected: [String]) {
        #expect(nearest(to: word, among: keys) == expected)
    }

    @Test func endsASentence() {
        #expect(didYouMean("epoch", among: keys) == "; did you mean \"epochs\"?")
        #expect(didYouMean("conv2", among: ["conv1", "conv3", "dense"]) == "; did you mean \"conv1\" or \"conv3\"?")
        #expect(didYouMean("zzz", among: ["a", "b"]) == "; known: a, b")
        #expect(didYouMean("zzz", among: ["a", "b", "c"], known: "layers", maximum: 2) == "; layers: a, b and 1 more")
        #expect(didYouMean("zzz", among: []) == "")
    }
}
