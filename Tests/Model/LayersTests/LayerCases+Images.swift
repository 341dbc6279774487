import JSON
import Tensors

extension LayerCase {
    static let images =
        upSamplings + resizings
        + [
            "RandomFlip", "RandomContrast", "RandomBrightness", "RandomGrayscale", "RandomHeight", "RandomWidth",
            "RandomRotation", "RandomSaturation", "RandomHue", "RandomShear",
        ].map { LayerCase($0, $0 == "RandomFlip" ? [:] : ["factor": 0.2], [[2, 3, 4, 3]], gives: [2, 3, 4, 3]) }

    private static let upSamplings =
        [
            LayerCase("UpSampling1D", ["size": 3], [[2, 4, 3]], gives: [2, 12, 3]),
            LayerCase("UpSampling1D", ["length": 1], [[2, 4, 3]], gives: [2, 4, 3]),
            LayerCase("UpSampling2D", [:], [[2, 3, 2, 2]], gives: [2, 6, 4, 2]),
            LayerCase(
                "UpSampling2D", ["size": [1, 3], "data_format": "channels_first"], [[2, 3, 2, 2]], gives: [2, 3, 2, 6]),
            LayerCase("UpSampling3D", ["size": [2, 1, 3]], [[2, 2, 3, 1, 2]], gives: [2, 4, 3, 3, 2]),
            LayerCase(
                "UpSampling3D", ["data_format": "channels_first"], [[1, 2, 2, 1, 2]], gives: [1, 2, 4, 2, 4]),
        ]
        + ["bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"].map {
            LayerCase(
                "UpSampling2D", ["size": [2, 3], "interpolation": .string($0)], [[2, 3, 4, 2]], gives: [2, 6, 12, 2])
        }

    private static let resizings = [
        LayerCase("Resizing", ["height": 5, "width": 3], [[2, 4, 6, 2]], gives: [2, 5, 3, 2]),
        LayerCase(
            "Resizing", ["height": 2, "width": 3, "interpolation": "area"], [[2, 5, 7, 1]], gives: [2, 2, 3, 1]),
        LayerCase(
            "Resizing", ["height": 3, "width": 4, "interpolation": "Bicubic", "antialias": true], [[1, 9, 9, 2]],
            gives: [1, 3, 4, 2]),
        LayerCase(
            "Resizing", ["height": 4, "width": 4, "crop_to_aspect_ratio": true], [[2, 3, 7, 1]], gives: [2, 4, 4, 1]),
        LayerCase(
            "Resizing", ["height": 4, "width": 4, "pad_to_aspect_ratio": true, "fill_value": 0.5], [[2, 3, 7, 1]],
            gives: [2, 4, 4, 1]),
        LayerCase(
            "Resizing", ["height": 4, "width": 5, "data_format": "channels_first"], [[2, 1, 3, 7]],
            gives: [2, 1, 4, 5]),
        LayerCase("CenterCrop", ["height": 2, "width": 3], [[2, 5, 6, 2]], gives: [2, 2, 3, 2]),
        LayerCase("CenterCrop", ["height": 7, "width": 3], [[2, 5, 6, 2]], gives: [2, 7, 3, 2]),
    ]
}
