import Kernels
import OrderedCollections
import Tracking
import Training

extension Session {
    /// Puts into a record what is known before the first step.
    func describe(_ record: inout RunRecord) {
        record.examples = .init(
            train: data.training.count, validation: data.validation?.count ?? 0, test: data.test?.count ?? 0)
        record.classNames = data.training.dataset.target.classNames ?? []
        record.layers = layerRecords()
        record.environment.precision = recipe.precisionNames
        record.methods = recipe.methods(objective, epochSize: data.training.count)
    }

    /// Puts the scores of the final weights into a record.
    func describe(_ evaluation: FinalEvaluation, in record: inout RunRecord) {
        if evaluation.isTest {
            record.test = [MetricValue(name: "loss", value: evaluation.result.loss)] + evaluation.result.metrics
        }
        if let matrix = evaluation.result.confusionMatrix { record.confusion = confusionTable(matrix) }
    }
}

extension Environment {
    /// This machine and these libraries.
    static func here(threads: Int) -> Environment {
        let features = CPUFeatures()
        return Environment.current(
            cpu: features.modelName, cpuFeatures: features.names, threads: threads, precision: "float32",
            libraries: OrderedDictionary(uniqueKeysWithValues: LibraryVersions.all.map { ($0.name, $0.version) }))
    }
}
