import Tensors
import Testing

@Suite struct PathPatternTests {
    static let cases: [(pattern: String, covers: [ParameterPath], not: [ParameterPath])] = [
        // A pattern that matches a layer or a block covers all below it.
        ("block1", ["block1", "block1.conv", "block1.conv.kernel"], ["block10", "block10.conv", "a.block1"]),
        (
            "block1.conv", ["block1.conv.kernel", "block1.conv"],
            ["block1", "block1.conv2", "block1.convolution.kernel"]
        ),
        ("block1.conv.kernel", ["block1.conv.kernel"], ["block1.conv.bias", "block1.conv"]),
        // * stays within its component.
        ("block*", ["block1", "block", "block12.conv.kernel"], ["a.block1", "bloc"]),
        ("*.kernel", ["conv.kernel"], ["block1.conv.kernel", "kernel"]),
        ("*", ["a", "a.b.c"], []),
        ("conv*_bn.*", ["conv1_bn.gamma", "conv_bn.beta.x"], ["conv1_bn", "conv1_bn2.gamma"]),
        ("*a*b*", ["xaxbx", "ab", "aabb.kernel"], ["ba", "a.b"]),
        // ** is any number of components.
        ("**", ["a", "a.b.c"], []),
        ("**.kernel", ["kernel", "conv.kernel", "block1.conv.kernel"], ["conv.bias", "conv.kernels"]),
        ("head.**", ["head.dense", "head.dense_1.kernel"], ["head2.dense", "a.head.dense"]),
        ("a.**.b", ["a.b", "a.x.b", "a.x.y.b.kernel"], ["a", "b", "a.x", "x.a.b"]),
        ("**.bn.**", ["bn.gamma", "x.bn.gamma", "x.y.bn.beta"], ["bn2.gamma", "x.gamma"]),
        // A name may hold dots; / is an ordinary character; nothing else is special.
        ("tf.nn.relu", ["tf.nn.relu", "tf.nn.relu.x"], ["tf.nn", "tfxnnxrelu"]),
        ("conv/kernel", ["conv/kernel"], ["conv.kernel", "conv"]),
        ("a[1]+?", ["a[1]+?"], ["a1", "a11"]),
        // Regular expressions hold for the whole path of a tensor or of something above it.
        ("re:block[1-3]", ["block1", "block3.conv.kernel"], ["block4", "block12", "a.block1"]),
        ("re:.*\\.(kernel|bias)", ["conv.kernel", "a.b.bias"], ["conv.gamma", "kernel"]),
        ("re:conv", ["conv", "conv.kernel"], ["conv2.kernel", "a.conv"]),
        // Case counts, and so does every character.
        ("Dense", ["Dense.kernel"], ["dense.kernel"]),
        ("größe_*", ["größe_1.kernel"], ["grosse_1.kernel"]),
    ]

    @Test(arguments: cases)
    func patterns(_ test: (pattern: String, covers: [ParameterPath], not: [ParameterPath])) throws {
        let pattern = try PathPattern(test.pattern)
        for path in test.covers { #expect(pattern.covers(path), "\(test.pattern) covers \(path)") }
        for path in test.not { #expect(!pattern.covers(path), "\(test.pattern) does not cover \(path)") }
        #expect("\(pattern)" == test.pattern)
    }

    @Test func whatIsNoPatternIsSaid() {
        let empty = #expect(throws: PathPatternError.self) { try PathPattern("") }
        #expect(empty?.description == "the pattern \"\" cannot be used: it is empty")
        let broken = #expect(throws: PathPatternError.self) { try PathPattern("re:(") }
        #expect(broken?.description.contains("\"re:(\" cannot be used: the regular expression is malformed") ?? false)
    }

    /// Stars must not make matching exponential.
    @Test func manyStarsAreQuick() throws {
        let long = ParameterPath(String(repeating: "a", count: 2000))
        #expect(!(try PathPattern(String(repeating: "*a", count: 200) + "b").covers(long)))
        let deep = ParameterPath(Array(repeating: "a", count: 40).joined(separator: "."))
        #expect(!(try PathPattern(String(repeating: "**.", count: 20) + "b").covers(deep)))
    }

    @Test func pathsAreMadeOfComponents() {
        let path: ParameterPath = "block1.conv"
        #expect(path.appending("kernel") == "block1.conv.kernel")
        #expect(ParameterPath("").appending("a") == "a")
        #expect(path.components == ["block1", "conv"])
        #expect((["b", "a.z", "a"] as [ParameterPath]).sorted() == ["a", "a.z", "b"])
    }

    /// 64-bit FNV-1a, as published.
    @Test func fingerprints() {
        #expect(ParameterPath("").fingerprint == 0xCBF2_9CE4_8422_2325)
        #expect(ParameterPath("a").fingerprint == 0xAF63_DC4C_8601_EC8C)
        #expect(ParameterPath("foobar").fingerprint == 0x8594_4171_F739_67E8)
    }
}
