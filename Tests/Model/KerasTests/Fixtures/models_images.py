"""Models of the images layers: see layer_models.py."""

from layer_models import rows


def up_sampling(K):
    L = K.layers
    sequence, image, volume = K.Input((3, 2), name="s"), K.Input((3, 4, 2), name="i"), K.Input((2, 3, 2, 1), name="v")
    outputs = [
        L.UpSampling1D(3, name="steps")(sequence),
        L.UpSampling2D((2, 3), name="nearest")(image),
        L.UpSampling2D((3, 2), data_format="channels_first", name="first")(image),
        L.UpSampling3D((1, 2, 3), name="volume")(volume),
        L.UpSampling3D(2, data_format="channels_first", name="volume_first")(volume),
    ]
    return K.Model([sequence, image, volume], outputs, name="up_sampling")


def up_sampling_between(K):
    U = K.layers.UpSampling2D
    x = K.Input((4, 5, 2), name="x")
    methods = ["bilinear", "bicubic", "lanczos3", "lanczos5"]
    return rows(K, x, [U((2, 3), interpolation=m, name=m) for m in methods] + [
        U(2, interpolation="bilinear", data_format="channels_first", name="first"),
        U((1, 3), interpolation="bicubic", name="wide"),
    ], "up_sampling_between")


def up_sampling_blurred(K):
    U = K.layers.UpSampling2D
    x = K.Input((4, 5, 2), name="x")
    return rows(K, x, [U(s, interpolation=m, name=f"{m}{s}") for m in ["gaussian", "mitchellcubic"] for s in [1, 2]],
                "up_sampling_blurred")


def resizing(K):
    R = K.layers.Resizing
    x = K.Input((7, 10, 2), name="x")
    layers = []
    for m in ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]:
        layers += [R(11, 13, interpolation=m, name=f"{m}_up"), R(4, 3, interpolation=m, name=f"{m}_down")]
    return rows(K, x, layers + [
        R(7, 10, name="same"),
        R(7, 4, name="narrow"),
        R(5, 5, crop_to_aspect_ratio=True, name="crop"),
        R(4, 12, crop_to_aspect_ratio=True, interpolation="nearest", name="crop_wide"),
    ], "resizing")


def resizing_blurred(K):
    R = K.layers.Resizing
    x = K.Input((7, 10, 2), name="x")
    return rows(K, x, [
        R(9, 5, interpolation="gaussian", name="gaussian"),
        R(7, 10, interpolation="gaussian", name="gaussian_same"),
        R(9, 5, interpolation="mitchellcubic", name="mitchell"),
        R(7, 5, interpolation="gaussian", crop_to_aspect_ratio=True, name="crop"),
    ], "resizing_blurred")


def resizing_antialias(K):
    R = K.layers.Resizing
    x = K.Input((9, 10, 2), name="x")
    methods = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
    return rows(K, x, [R(4, 13, interpolation=m, antialias=True, name=m) for m in methods] + [
        R(5, 5, pad_to_aspect_ratio=True, fill_value=0.5, name="pad"),
        R(12, 4, pad_to_aspect_ratio=True, interpolation="bicubic", antialias=True, name="pad_high"),
        R(4, 3, data_format="channels_first", name="first"),
        R(3, 3, crop_to_aspect_ratio=True, antialias=True, name="crop"),
    ], "resizing_antialias")


def center_crop(K):
    C = K.layers.CenterCrop
    x = K.Input((6, 7, 2), name="x")
    return rows(K, x, [C(6, 7, name="same"), C(3, 4, name="inside"), C(4, 3, name="odd"), C(9, 5, name="higher"),
                       C(8, 12, name="larger")], "center_crop")


def random_images(K):
    L = K.layers
    x = K.Input((5, 6, 3), name="x")
    return rows(K, x, [
        L.RandomFlip("horizontal", name="flip"), L.RandomRotation(0.2, fill_mode="wrap", name="rotation"),
        L.RandomZoom((-0.3, 0.1), name="zoom"), L.RandomTranslation(0.2, (-0.1, 0.3), fill_mode="nearest", name="shift"),
        L.RandomContrast(0.4, name="contrast"),
    ], "random_images")


def random_images2(K):
    L = K.layers
    x = K.Input((5, 6, 3), name="x")
    return rows(K, x, [
        L.RandomBrightness(0.3, value_range=(0, 1), name="brightness"), L.RandomHeight(0.2, name="height"), L.RandomWidth((-0.2, 0.3), interpolation="nearest", name="width"),
        L.RandomCrop(7, 4, name="crop"), L.RandomCrop(4, 3, seed=1, name="inside"),
    ], "random_images2")


def random_images3(K):
    L = K.layers
    x = K.Input((5, 6, 3), name="x")
    return rows(K, x, [
        L.RandomGrayscale(0.3, name="gray"), L.RandomHue(0.2, name="hue"),
        L.RandomColorJitter(brightness_factor=0.2, name="jitter"), L.RandomPerspective(0.5, name="perspective"),
        L.RandomFlip("vertical", data_format="channels_first", name="first"), L.RandomCrop(4, 3, seed=1, name="crop"),
    ], "random_images3")


def fixed_images(K):
    """Factors without room: what is drawn is known."""
    L = K.layers
    x = K.Input((5, 6, 2), name="x")
    fills = ["reflect", "wrap", "constant", "nearest"]
    layers = [L.RandomRotation((0.13, 0.13), fill_mode=f, fill_value=0.3, name=f"turn_{f}") for f in fills]
    layers += [L.RandomTranslation((0.27, 0.27), (-0.41, -0.41), fill_mode=f, name=f"shift_{f}") for f in fills]
    layers += [L.RandomZoom((0.4, 0.4), (-0.3, -0.3), fill_mode=f, name=f"zoom_{f}") for f in fills]
    return rows(K, x, layers + [
        L.RandomZoom((-0.5, -0.5), name="zoom_both"),
        L.RandomRotation((-0.2, -0.2), interpolation="nearest", name="turn_pixels"),
    ], "fixed_images")


def fixed_images2(K):
    x = K.Input((5, 6, 2), name="x")
    y = K.layers.RandomBrightness((0.25, 0.25), value_range=(-1, 1), name="brighter")(x)
    return K.Model(x, [y, K.layers.RandomCrop(7, 4, name="crop")(y)], name="fixed_images2")


def fixed_images3(K):
    L = K.layers
    x = K.Input((5, 6, 3), name="x")
    return rows(K, x, [
        L.RandomGrayscale(1.0, name="gray"),
        L.RandomRotation((0.1, 0.1), data_format="channels_first", name="first"),
        L.RandomCrop(5, 6, name="whole"),
    ], "fixed_images3")


MODELS = [up_sampling, up_sampling_between, up_sampling_blurred, resizing, resizing_blurred, resizing_antialias,
          center_crop, random_images, random_images2, random_images3, fixed_images,
          fixed_images2, fixed_images3]
# Keras 3 cannot save what has a list of its own (`value_range` of brightness, saturation …) as HDF5.
DIALECTS = {
    "up_sampling_blurred": ["tfk2"], "resizing_blurred": ["tfk2"], "resizing_antialias": ["keras3"],
    "random_images2": ["tfk2"], "random_images3": ["keras3"], "fixed_images2": ["tfk2"],
    "fixed_images3": ["keras3"],
}
# TensorFlow takes the gradient of a projective map to be its inverse.
LINEAR = {"fixed_images", "fixed_images3"}
TRAINING = {"fixed_images", "fixed_images2", "fixed_images3"}
