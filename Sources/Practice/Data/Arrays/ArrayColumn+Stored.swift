import Checkpoints
import Tensors

extension ArrayColumn {
    /// A stored array whose first dimension counts the examples, where it lies.
    /// - Throws: `ArrayError.scalar`.
    init(_ tensor: StoredTensor, source: String) throws {
        guard tensor.shape.rank >= 1 else { throw ArrayError.scalar(source: source) }
        // The stored tensor goes along with the bytes it lends, and keeps them mapped.
        let bytes = tensor.withBytes { $0 }
        self.init(
            ByteStorage(bytes, owner: tensor), offset: 0, dataType: tensor.dataType, count: tensor.shape[0],
            exampleShape: tensor.shape.droppingFirst)
    }
}
