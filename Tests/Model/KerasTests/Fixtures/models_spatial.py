"""Models of the spatial layers: see layer_models.py."""

from layer_models import rows


def conv1d(K):
    C = K.layers.Conv1D
    x = K.Input((9, 4), name="x")
    return rows(K, x, [
        C(3, 3, name="valid"),
        C(3, 3, padding="same", activation="relu", name="same_relu"),
        C(3, 4, strides=3, padding="same", name="same_even_stride3"),
        C(2, 2, strides=2, activation="tanh", name="valid_stride2"),
        C(3, 3, padding="causal", name="causal"),
        C(3, 2, padding="causal", dilation_rate=3, use_bias=False, name="causal_dilated"),
        C(2, 3, padding="causal", strides=2, name="causal_stride2"),
        C(2, 3, dilation_rate=2, activation="sigmoid", name="valid_dilated"),
        C(4, 3, groups=2, padding="same", name="groups2"),
        C(2, 11, padding="same", name="longer_than_the_input"),
    ], "conv1d")


def conv3d(K):
    C = K.layers.Conv3D
    x = K.Input((4, 5, 3, 2), name="x")
    return rows(K, x, [
        C(2, 2, name="valid"),
        C(2, (3, 2, 1), strides=(2, 1, 2), padding="same", activation="relu", name="same_oblong"),
        C(2, 2, dilation_rate=(2, 1, 1), use_bias=False, name="dilated"),
        C(4, (1, 2, 2), groups=2, padding="same", name="groups2"),
    ], "conv3d")


def conv_leading_dimensions(K):
    """Keras 2 takes examples of more dimensions than the convolution has, and treats the others as a batch."""
    L = K.layers
    x = K.Input((3, 4, 5, 2), name="x")
    return rows(K, x, [
        L.Conv1D(3, 2, name="conv1d"),
        L.Conv2D(3, 2, padding="same", activation="softmax", name="conv2d"),
    ], "conv_leading_dimensions")


def conv1d_transpose(K):
    C = K.layers.Conv1DTranspose
    x = K.Input((4, 3), name="x")
    return rows(K, x, [
        C(2, 3, name="valid"),
        C(2, 3, strides=2, padding="same", activation="relu", name="same_stride2"),
        C(2, 4, strides=3, padding="same", use_bias=False, name="same_even_stride3"),
        C(2, 2, strides=4, name="valid_beyond_the_window"),
        C(2, 2, strides=4, padding="same", name="same_beyond_the_window"),
        C(2, 4, strides=3, output_padding=2, name="valid_output_padding2"),
        C(2, 5, strides=3, output_padding=1, padding="same", name="same_output_padding1"),
        C(2, 3, dilation_rate=2, activation="tanh", name="dilated"),
        C(2, 3, dilation_rate=2, padding="same", name="same_dilated"),
    ], "conv1d_transpose")


def conv2d_transpose(K):
    C = K.layers.Conv2DTranspose
    x = K.Input((3, 4, 3), name="x")
    return rows(K, x, [
        C(2, (3, 2), name="valid_oblong"),
        C(2, 3, strides=2, padding="same", activation="relu", name="same_stride2"),
        C(2, 4, strides=(2, 3), padding="same", name="same_even"),
        C(2, 2, strides=(3, 2), use_bias=False, name="valid_stride"),
        C(2, 3, strides=2, output_padding=(1, 0), padding="same", name="same_output_padding"),
        C(2, 2, strides=3, output_padding=1, name="valid_output_padding"),
        C(2, 2, dilation_rate=2, name="dilated"),
        C(2, 3, dilation_rate=2, padding="same", activation="elu", name="same_dilated"),
    ], "conv2d_transpose")


def conv3d_transpose(K):
    C = K.layers.Conv3DTranspose
    x = K.Input((2, 3, 2, 2), name="x")
    return rows(K, x, [
        C(2, 2, name="valid"),
        C(2, (3, 2, 3), strides=(2, 1, 2), padding="same", activation="relu", name="same_stride"),
        C(1, 2, strides=(1, 2, 3), use_bias=False, name="valid_stride"),
        C(1, 3, strides=2, output_padding=(0, 1, 0), padding="same", name="same_output_padding"),
    ], "conv3d_transpose")


def depthwise_conv1d(K):
    D = K.layers.DepthwiseConv1D
    x = K.Input((7, 3), name="x")
    return rows(K, x, [
        D(3, name="valid"),
        D(3, depth_multiplier=2, padding="same", activation="relu", name="same_multiplier2"),
        D(2, strides=2, padding="same", use_bias=False, name="same_stride2"),
        D(3, dilation_rate=2, name="dilated"),
    ], "depthwise_conv1d")


def separable_conv1d(K):
    S = K.layers.SeparableConv1D
    x = K.Input((7, 3), name="x")
    return rows(K, x, [
        S(4, 3, name="valid"),
        S(4, 3, depth_multiplier=2, padding="same", activation="tanh", name="same_multiplier2"),
        S(2, 2, strides=2, padding="same", use_bias=False, name="same_stride2"),
        S(2, 3, dilation_rate=2, name="dilated"),
    ], "separable_conv1d")


def separable_conv1d_causal(K):
    """Keras 3 makes such a layer and cannot call it."""
    S = K.layers.SeparableConv1D
    x = K.Input((6, 3), name="x")
    return rows(K, x, [
        S(2, 3, padding="causal", name="causal"),
        S(2, 2, padding="causal", dilation_rate=2, depth_multiplier=2, name="causal_dilated"),
    ], "separable_conv1d_causal")


def channels_first_1d(K):
    L = K.layers
    first = {"data_format": "channels_first"}
    x = K.Input((4, 7), name="x")
    return rows(K, x, [
        L.Conv1D(3, 3, padding="causal", dilation_rate=2, name="conv_causal", **first),
        L.Conv1D(3, 2, strides=2, padding="same", activation="softmax", use_bias=False, name="conv_softmax", **first),
        L.Conv1D(4, 2, groups=2, activation="relu", name="conv_groups", **first),
        L.Conv1DTranspose(3, 3, strides=2, padding="same", name="transpose", **first),
        L.DepthwiseConv1D(3, depth_multiplier=2, name="depthwise", **first),
        L.SeparableConv1D(3, 2, name="separable", **first),
        L.MaxPooling1D(3, strides=2, padding="same", name="max", **first),
        L.AveragePooling1D(2, name="average", **first),
        L.GlobalMaxPooling1D(name="global_max", **first),
        L.GlobalAveragePooling1D(keepdims=True, name="global_average", **first),
        L.Flatten(name="flatten", **first),
    ], "channels_first_1d")


def channels_first_2d(K):
    """No layer has as many filters as its output has columns: to those Keras 3 on TensorFlow adds the bias instead."""
    L = K.layers
    first = {"data_format": "channels_first"}
    x = K.Input((3, 5, 4), name="x")
    return rows(K, x, [
        L.Conv2D(2, (3, 2), activation="relu", name="conv", **first),
        L.Conv2D(3, 3, strides=2, padding="same", activation="softmax", use_bias=False, name="conv_softmax", **first),
        L.Conv2DTranspose(2, 3, strides=2, output_padding=1, padding="same", name="transpose", **first),
        L.DepthwiseConv2D(2, depth_multiplier=2, padding="same", name="depthwise", **first),
        L.SeparableConv2D(2, 2, activation="tanh", name="separable", **first),
        L.AveragePooling2D(2, padding="same", name="average", **first),
        L.GlobalMaxPooling2D(keepdims=True, name="global_max", **first),
        L.GlobalAveragePooling2D(name="global_average", **first),
        L.ZeroPadding2D(((0, 1), (2, 0)), name="pad", **first),
        L.Cropping2D(((1, 0), (0, 2)), name="crop", **first),
        L.Flatten(name="flatten", **first),
    ], "channels_first_2d")


def channels_first_3d(K):
    L = K.layers
    first = {"data_format": "channels_first"}
    x = K.Input((2, 4, 3, 3), name="x")
    return rows(K, x, [
        L.Conv3D(3, (2, 1, 2), activation="relu", name="conv", **first),
        L.Conv3DTranspose(2, 2, strides=(1, 2, 1), name="transpose", **first),
        L.MaxPooling3D((2, 2, 1), name="max", **first),
        L.AveragePooling3D(2, strides=1, padding="same", name="average", **first),
        L.GlobalAveragePooling3D(name="global_average", **first),
        L.GlobalMaxPooling3D(keepdims=True, name="global_max", **first),
        L.ZeroPadding3D((1, 0, 2), name="pad", **first),
        L.Cropping3D(((1, 0), (0, 2), (1, 1)), name="crop", **first),
    ], "channels_first_3d")


def channels_first_cnn(K):
    """Layers in a row. tf_keras has no gradient of such a maximum pooling without a GPU."""
    L = K.layers
    first = {"data_format": "channels_first"}
    return K.Sequential([
        K.Input((2, 8, 7), name="x"),
        L.Conv2D(4, 3, activation="relu", name="conv1", **first),
        L.BatchNormalization(axis=1, name="norm"),
        L.MaxPooling2D(2, name="pool", **first),
        L.Conv2D(3, 2, activation="tanh", name="conv2", **first),
        L.Flatten(name="flatten", **first),
        L.Dense(3, activation="softmax", name="scores"),
    ], name="channels_first_cnn")


def pooling1d(K):
    x = K.Input((7, 3), name="x")
    layers = []
    for kind, P in [("max", K.layers.MaxPooling1D), ("average", K.layers.AveragePooling1D)]:
        layers += [
            P(2, name=f"{kind}_valid"),
            P(3, strides=2, padding="same", name=f"{kind}_overlap_same"),
            P(4, strides=3, padding="same", name=f"{kind}_even_same"),
            P(2, strides=3, name=f"{kind}_gaps"),
        ]
    layers += [
        K.layers.GlobalAveragePooling1D(name="global_average"),
        K.layers.GlobalAveragePooling1D(keepdims=True, name="global_average_keep"),
        K.layers.GlobalMaxPooling1D(name="global_max"),
        K.layers.GlobalMaxPooling1D(keepdims=True, name="global_max_keep"),
    ]
    return rows(K, x, layers, "pooling1d")


def pooling_masked(K):
    """An average over the steps that a mask lets count. In a row: of other models Keras 3 does not read its own masks."""
    L = K.layers
    return K.Sequential([
        K.Input((6, 3), name="masked"),
        L.Masking(name="masking"),
        L.Dense(4, activation="tanh", name="steps"),
        L.GlobalAveragePooling1D(keepdims=True, name="average"),
    ], name="pooling_masked")


def pooling3d(K):
    x = K.Input((4, 3, 5, 2), name="x")
    layers = []
    for kind, P in [("max", K.layers.MaxPooling3D), ("average", K.layers.AveragePooling3D)]:
        layers += [
            P(2, name=f"{kind}_valid"),
            P((3, 2, 1), strides=(1, 2, 2), padding="same", name=f"{kind}_oblong_same"),
        ]
    layers += [
        K.layers.GlobalAveragePooling3D(name="global_average"),
        K.layers.GlobalAveragePooling3D(keepdims=True, name="global_average_keep"),
        K.layers.GlobalMaxPooling3D(name="global_max"),
        K.layers.GlobalMaxPooling3D(keepdims=True, name="global_max_keep"),
    ]
    return rows(K, x, layers, "pooling3d")


def borders(K):
    """Padding and cropping, one dimension, two and three."""
    L = K.layers
    inputs = [K.Input(shape, name=f"x{i}") for i, shape in enumerate([(4, 2), (4, 3, 2), (3, 4, 3, 2)])]
    a, b, c = inputs
    return K.Model(inputs, [
        L.ZeroPadding1D(name="pad1d")(a),
        L.ZeroPadding1D((2, 0), name="pad1d_pair")(a),
        L.Cropping1D(name="crop1d")(a),
        L.Cropping1D((0, 3), name="crop1d_pair")(a),
        L.Cropping2D(name="crop2d")(b),
        L.Cropping2D(1, name="crop2d_all")(b),
        L.Cropping2D((1, 0), name="crop2d_pair")(b),
        L.Cropping2D(((0, 2), (1, 0)), name="crop2d_asymmetric")(b),
        L.ZeroPadding3D(name="pad3d")(c),
        L.ZeroPadding3D((0, 1, 2), name="pad3d_each")(c),
        L.ZeroPadding3D(((0, 1), (2, 0), (0, 0)), name="pad3d_asymmetric")(c),
        L.Cropping3D(name="crop3d")(c),
        L.Cropping3D((1, 0, 1), name="crop3d_each")(c),
        L.Cropping3D(((0, 1), (2, 0), (1, 1)), name="crop3d_asymmetric")(c),
    ], name="borders")


def locally_connected1d(K):
    C = K.layers.LocallyConnected1D
    x = K.Input((7, 3), name="x")
    first = {"data_format": "channels_first"}
    return rows(K, x, [
        C(2, 3, name="plain"),
        C(2, 2, strides=2, activation="tanh", use_bias=False, name="stride2"),
        C(2, 2, activation="softmax", name="first", **first),
        C(2, 3, implementation=2, strides=2, name="dense"),
        C(2, 4, implementation=2, padding="same", name="dense_same_even"),
        C(2, 2, implementation=2, padding="same", strides=2, name="dense_first", **first),
        C(2, 3, implementation=3, name="sparse"),
        C(2, 4, implementation=3, padding="same", strides=3, name="sparse_same_stride3"),
        C(2, 2, implementation=3, padding="same", name="sparse_first", **first),
    ], "locally_connected1d")


def locally_connected2d(K):
    C = K.layers.LocallyConnected2D
    x = K.Input((4, 5, 3), name="x")
    first = {"data_format": "channels_first"}
    return rows(K, x, [
        C(2, (3, 2), name="plain"),
        C(2, 2, strides=(1, 2), activation="relu", name="strides"),
        C(2, (3, 2), name="first", **first),
        C(2, 3, implementation=2, name="dense"),
        C(1, (2, 3), implementation=2, padding="same", strides=2, use_bias=False, name="dense_same"),
        C(2, 2, implementation=2, padding="same", name="dense_first", **first),
        C(2, (2, 3), implementation=3, strides=2, name="sparse"),
        C(1, (4, 2), implementation=3, padding="same", strides=(1, 3), name="sparse_same"),
        C(2, 2, implementation=3, padding="same", strides=2, name="sparse_first", **first),
    ], "locally_connected2d")


MODELS = [
    conv1d, conv3d, conv_leading_dimensions, conv1d_transpose, conv2d_transpose, conv3d_transpose, depthwise_conv1d,
    separable_conv1d, separable_conv1d_causal, channels_first_1d, channels_first_2d, channels_first_3d,
    channels_first_cnn, pooling1d, pooling_masked, pooling3d, borders, locally_connected1d, locally_connected2d,
]
DIALECTS = {
    "conv_leading_dimensions": ["tfk2"],
    "separable_conv1d_causal": ["tfk2"],
    "channels_first_cnn": ["keras3"],
    "locally_connected1d": ["tfk2"],
    "locally_connected2d": ["tfk2"],
}
TRAINING = set()
