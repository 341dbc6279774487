import Data
import Tensors

extension SourceSection {
    /// The source as the data floor takes it.
    func description(onBadExample: BadExamplePolicy) throws -> SourceDescription {
        let rule: ClassRule = classes.map { .select($0) } ?? .all
        switch format {
        case .idx(let inputs, let targets):
            return .idx(IDXSource(inputs: inputs, targets: targets, classes: rule, form: form))
        case .npy(let inputs, let targets):
            return .arrays(
                ArraySource(
                    inputs: inputs.map { .init(path: $0) }, targets: .init(path: targets), classes: rule, form: form))
        case .npz(let file, let inputs, let targets):
            return .arrays(
                ArraySource(
                    inputs: inputs.map { .init(path: file, name: $0) }, targets: .init(path: file, name: targets),
                    classes: rule, form: form))
        case .table(let table): return .table(table.source(classes: rule, form: form, onBadExample: onBadExample))
        case .imageFolder(let images):
            return .imageFolder(
                ImageFolderSource(
                    path: images.folder, size: images.size.map { ImageSize(height: $0.height, width: $0.width) },
                    channels: images.color == .rgb ? 3 : 1, classes: rule, onBadExample: onBadExample))
        case .inline(let inline): return .inline(inline.source(classes: rule, targetType))
        }
    }

    private var form: TargetForm {
        switch targetType {
        case .auto: .automatic
        case .classes: .classes
        case .values: .values
        }
    }
}

extension TableSection {
    fileprivate func source(classes: ClassRule, form: TargetForm, onBadExample: BadExamplePolicy) -> TableSource {
        func selectors(_ columns: [Column]) -> [ColumnSelector] {
            columns.map { column in
                switch column {
                case .name(let name): .name(name)
                case .index(let index): .index(index)
                }
            }
        }
        let header: TableFormat.Header = self.header.map { $0 ? .present : .absent } ?? .automatic
        let format = TableFormat(separator: separator.asciiValue ?? UInt8(ascii: ","), header: header)
        return TableSource(
            path: file, format: format, inputs: inputs.map(selectors), ignored: selectors(ignored),
            targets: targets.map(selectors) ?? [.index(-1)], form: form, classes: classes, onBadExample: onBadExample)
    }
}

extension InlineSection {
    fileprivate func source(classes: ClassRule, _ type: SourceSection.TargetType) -> InlineSource {
        let input = Tensor(shape: Shape([count] + inputShape), values: inputs.map { Float($0) })
        let target: InlineSource.Targets
        switch targets {
        case .names(let names): target = .labels(names)
        case .numbers(let values, let shape):
            let isWhole = shape.isEmpty && values.allSatisfy { $0 == $0.rounded() && abs($0) < 1e9 }
            target =
                type == .classes || (type == .auto && isWhole)
                ? .labels(values.map { Int(exactly: $0).map(String.init) ?? "\($0)" })
                : .values(Tensor(shape: Shape([count] + shape), values: values.map { Float($0) }))
        }
        return InlineSource(inputs: [input], targets: target, classes: classes)
    }
}

extension TransformSection {
    /// - Throws: `TransformError`.
    func transform() throws -> Transform {
        switch self {
        case .rescale(let scale): return .rescale(scale: Float(scale))
        case .offset(let offset): return .rescale(scale: 1, offset: Float(offset))
        case .normalize(let mean, let std):
            // One number on either side goes for all channels of the other.
            let count = max(mean.count, std.count)
            func spread(_ values: [Double]) -> [Float] {
                values.count == 1 ? Array(repeating: Float(values[0]), count: count) : values.map { Float($0) }
            }
            return .standardize(try Standardization(mean: spread(mean), deviation: spread(std)))
        }
    }
}
