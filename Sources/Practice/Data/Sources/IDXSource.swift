import Tensors

/// Inputs and targets in two IDX files, packed with gzip or not.
package struct IDXSource: Hashable, Sendable {
    package var inputs: String
    package var targets: String
    package var classes: ClassRule
    package var form: TargetForm

    package init(inputs: String, targets: String, classes: ClassRule = .all, form: TargetForm = .automatic) {
        self.inputs = inputs
        self.targets = targets
        self.classes = classes
        self.form = form
    }

    /// Bytes stay as they are stored until a batch asks for them. The two files are read at the same time.
    func open() throws -> OpenedSource {
        let reading = BackgroundTask { [targets] in try IDXFile(path: targets).column() }
        let input = try IDXFile(path: inputs).column()
        let target = try reading.value()
        let dataset = try ArrayDataset(
            inputs: [input], inputSource: inputs, targets: target, targetSource: targets, form: form, classes: classes)
        return OpenedSource(dataset: dataset)
    }
}
