import JSON
import Testing

@testable import Checkpoints

@Suite struct LedgerTests {
    private let ledger = Ledger(entries: [
        .init(.loaded, stored: "dense/kernel:0", path: "dense.kernel", storedShape: [2, 3], shape: [2, 3]),
        .init(
            .reshaped, stored: "dw/depthwise_kernel:0", path: "dw.depthwise_kernel", storedShape: [3, 3, 4, 1],
            shape: [3, 3, 1, 4], reason: "the same bytes"),
        .init(.fresh, path: "head.dense.kernel", shape: [3, 5], reason: "not in the file"),
        .init(.unused, stored: "top/bias:0", storedShape: [7]),
    ])

    @Test func theTableAlignsAndSums() {
        let expected = """
            outcome   tensor               stored as              shape
            loaded    dense.kernel         dense/kernel:0         (2, 3)
            reshaped  dw.depthwise_kernel  dw/depthwise_kernel:0  (3, 3, 4, 1) -> (3, 3, 1, 4)  the same bytes
            fresh     head.dense.kernel    -                      (3, 5)                        not in the file
            unused    -                    top/bias:0             (7,)
            1 loaded, 1 reshaped, 1 fresh, 1 unused

            """
        #expect(ledger.table() == expected)
    }

    @Test func theJSONCarriesEveryTensor() {
        let json = ledger.json
        #expect(json["counts"]?["loaded"] == 1)
        #expect(json["counts"]?["renamed"] == 0)
        #expect(json["tensors"]?.array?.count == 4)
        #expect(json["tensors"]?[1]?["stored_shape"] == [3, 3, 4, 1])
        #expect(json["tensors"]?[2]?["stored"] == .null)
    }
}
