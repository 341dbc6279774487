/// Sums of differences: what mae, mse, rmse and r² come from.
struct ErrorSums {
    let width: Int
    private var rows = 0
    /// Per column.
    private var absolute: [Double]
    private var squared: [Double]
    /// Mean of the targets and the sum of squares around it, after Welford: no cancellation for targets far from 0.
    private var mean: [Double]
    private var spread: [Double]

    init(width: Int) {
        self.width = width
        let zeros = [Double](repeating: 0, count: width)
        (absolute, squared, mean, spread) = (zeros, zeros, zeros, zeros)
    }

    mutating func add(_ batch: MetricBatch) {
        for row in 0..<batch.rows {
            rows += 1
            for column in 0..<width {
                let target = Double(batch.target(row, column))
                let error = Double(batch.predictions[row * width + column]) - target
                absolute[column] += abs(error)
                squared[column] += error * error
                let shift = target - mean[column]
                mean[column] += shift / Double(rows)
                spread[column] += shift * (target - mean[column])
            }
        }
    }

    private var count: Double { Double(rows * width) }

    /// Over all numbers; NaN without examples, as the others.
    var meanAbsolute: Double { absolute.reduce(0, +) / count }
    var meanSquared: Double { squared.reduce(0, +) / count }

    /// The root of the mean over all numbers, as in Keras; scikit-learn takes the mean of each column's root.
    var rootMeanSquared: Double { meanSquared.squareRoot() }

    /// The coefficient of determination, the mean over columns, as in scikit-learn and Keras. A column whose targets are
    /// all equal has 1 when it is met exactly, else 0. NaN below two examples.
    var determination: Double {
        guard rows > 1 else { return .nan }
        let columns = (0..<width).map { column in
            spread[column] > 0 ? 1 - squared[column] / spread[column] : squared[column] == 0 ? 1 : 0
        }
        return columns.reduce(0, +) / Double(width)
    }
}
