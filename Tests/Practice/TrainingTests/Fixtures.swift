import Foundation

/// The files of `Fixtures/`, each made by the script beside it.
enum Fixtures {
    static func read<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }
}
