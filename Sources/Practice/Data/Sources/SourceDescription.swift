import Tensors

/// Where examples come from, as a recipe says it: every file it names, every choice it makes.
package enum SourceDescription: Hashable, Sendable {
    case idx(IDXSource)
    case arrays(ArraySource)
    case table(TableSource)
    case imageFolder(ImageFolderSource)
    case inline(InlineSource)

    /// The files and folders that must exist, so that their absence can be told before anything is opened.
    package var paths: [String] {
        switch self {
        case .idx(let source): [source.inputs, source.targets]
        case .arrays(let source): (source.inputs + source.targets).map(\.path).uniqued()
        case .table(let source): [source.path]
        case .imageFolder(let source): [source.path]
        case .inline: []
        }
    }

    /// Reads what must be read before the first example: headers, labels, tables whole; pictures stay where they are.
    /// - Throws: one sentence for what is wrong with a file (`IDXError`, `GzipError`, `TableError`, `ImageError`,
    ///   `CheckpointError`, `SystemError`) or, as `DescriptionFault`, with what was asked of it.
    package func open() throws -> OpenedSource {
        switch self {
        case .idx(let source): try source.open()
        case .arrays(let source): try source.open()
        case .table(let source): try source.open()
        case .imageFolder(let source): try source.open()
        case .inline(let source): try source.open()
        }
    }

    /// The class rule, for giving the training data's classes to a test set.
    package var classes: ClassRule {
        get {
            switch self {
            case .idx(let source): source.classes
            case .arrays(let source): source.classes
            case .table(let source): source.classes
            case .imageFolder(let source): source.classes
            case .inline(let source): source.classes
            }
        }
        set {
            switch self {
            case .idx(var source):
                source.classes = newValue
                self = .idx(source)
            case .arrays(var source):
                source.classes = newValue
                self = .arrays(source)
            case .table(var source):
                source.classes = newValue
                self = .table(source)
            case .imageFolder(var source):
                source.classes = newValue
                self = .imageFolder(source)
            case .inline(var source):
                source.classes = newValue
                self = .inline(source)
            }
        }
    }

    /// This source with pictures brought to the size that a resize at the front of `transforms` asks for, so that they
    /// need not have one size before; the resize itself then finds nothing left to do.
    package func anticipating(_ transforms: [Transform]) -> SourceDescription {
        guard case .imageFolder(var source) = self, source.size == nil, case .resize(let size)? = transforms.first
        else { return self }
        source.size = size
        return .imageFolder(source)
    }

    /// This source read the way the training data was: the same classes under the same numbers (an own selection is
    /// kept), the same columns and categories.
    package func matching(_ training: OpenedSource) -> SourceDescription {
        var result = self
        if let names = training.dataset.target.classNames, case .all = classes { result.classes = .known(names) }
        if case .table(var table) = result, let encoding = training.encoding {
            table.encoding = encoding
            result = .table(table)
        }
        return result
    }
}

extension Sequence where Element: Hashable {
    /// The elements in order, each once.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
