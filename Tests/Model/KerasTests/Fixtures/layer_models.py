"""The small models of the layer goldens, written once for both Keras dialects.

Each function gets a module with Keras' interface (`keras` or `tf_keras`) and returns a model. Names in `DIALECTS`
restrict a model to one dialect; names in `TRAINING` also get values from a call in training mode.
"""


def rows(K, inputs, layers, name):
    """One input, one output per layer: a failing output names the setting that is wrong."""
    return K.Model(inputs, [layer(inputs) for layer in layers], name=name)


def dense(K):
    L = K.layers
    x = K.Input((5,), name="x")
    return rows(K, x, [
        L.Dense(4, name="plain"),
        L.Dense(4, activation="relu", name="relu"),
        L.Dense(3, use_bias=False, activation="tanh", name="no_bias"),
        L.Dense(3, activation="softmax", name="softmax"),
        L.Dense(1, activation="sigmoid", name="sigmoid"),
    ], "dense")


def dense_rank3(K):
    x = K.Input((4, 5), name="x")
    return K.Model(x, K.layers.Dense(3, activation="tanh", name="steps")(x), name="dense_rank3")


def conv2d(K):
    C = K.layers.Conv2D
    x = K.Input((7, 6, 4), name="x")
    return rows(K, x, [
        C(3, 3, name="valid"),
        C(3, 3, padding="same", activation="relu", name="same_relu"),
        C(3, 3, strides=2, padding="same", name="same_stride2"),
        C(3, 2, strides=2, padding="valid", activation="tanh", name="valid_stride2"),
        C(3, (3, 2), strides=(2, 1), padding="same", name="oblong"),
        C(3, 4, padding="same", name="even_kernel"),
        C(5, 1, use_bias=False, name="pointwise"),
        C(2, 1, strides=2, padding="same", name="pointwise_stride2"),
        C(3, 3, dilation_rate=2, padding="same", name="same_dilated"),
        C(3, (3, 2), dilation_rate=(2, 3), use_bias=False, activation="sigmoid", name="valid_dilated"),
        C(4, 3, groups=2, padding="same", name="groups2"),
        C(8, 3, groups=4, strides=2, use_bias=False, name="groups4_stride2"),
    ], "conv2d")


def depthwise_conv2d(K):
    D = K.layers.DepthwiseConv2D
    x = K.Input((7, 6, 3), name="x")
    return rows(K, x, [
        D(3, name="valid"),
        D(3, padding="same", activation="relu", name="same_relu"),
        D(3, depth_multiplier=2, padding="same", name="multiplier2"),
        D(3, strides=2, padding="same", use_bias=False, name="same_stride2"),
        D(3, strides=2, depth_multiplier=2, name="valid_stride2"),
        D((3, 2), padding="same", name="oblong"),
        D(3, padding="same", dilation_rate=2, name="dilated"),
    ], "depthwise_conv2d")


def separable_conv2d(K):
    S = K.layers.SeparableConv2D
    x = K.Input((7, 6, 3), name="x")
    return rows(K, x, [
        S(4, 3, name="valid"),
        S(4, 3, padding="same", depth_multiplier=2, activation="relu", name="same_multiplier2"),
        S(5, 3, strides=2, padding="same", use_bias=False, name="same_stride2"),
        S(2, 3, padding="same", dilation_rate=2, name="dilated"),
    ], "separable_conv2d")


def pooling(K):
    x = K.Input((7, 6, 3), name="x")
    layers = []
    for kind, P in [("max", K.layers.MaxPooling2D), ("average", K.layers.AveragePooling2D)]:
        layers += [
            P(2, name=f"{kind}_valid"),
            P(2, padding="same", name=f"{kind}_same"),
            P(3, strides=2, name=f"{kind}_overlap"),
            P(3, strides=2, padding="same", name=f"{kind}_overlap_same"),
            P(3, strides=1, padding="same", name=f"{kind}_dense"),
            P((3, 2), strides=(1, 2), padding="same", name=f"{kind}_oblong"),
        ]
    layers += [
        K.layers.GlobalAveragePooling2D(name="global_average"),
        K.layers.GlobalAveragePooling2D(keepdims=True, name="global_average_keep"),
        K.layers.GlobalMaxPooling2D(name="global_max"),
        K.layers.GlobalMaxPooling2D(keepdims=True, name="global_max_keep"),
    ]
    return rows(K, x, layers, "pooling")


def batch_normalization(K):
    B = K.layers.BatchNormalization
    x = K.Input((4, 3, 5), name="x")
    return rows(K, x, [
        B(name="plain"),
        B(scale=False, name="no_scale"),
        B(center=False, name="no_center"),
        B(scale=False, center=False, name="bare"),
        B(epsilon=0.1, momentum=0.5, name="epsilon"),
        B(axis=3, momentum=0.9, name="axis3"),
    ], "batch_normalization")


def batch_normalization_rank2(K):
    B = K.layers.BatchNormalization
    x = K.Input((6,), name="x")
    return rows(K, x, [B(name="plain"), B(axis=1, epsilon=1e-5, momentum=0.8, name="axis1")],
                "batch_normalization_rank2")


def batch_normalization_axis1(K):
    x = K.Input((3, 4, 5), name="x")
    return K.Model(x, K.layers.BatchNormalization(axis=1, name="rows")(x), name="batch_normalization_axis1")


def activations(K):
    L = K.layers
    x = K.Input((9,), name="x")
    kinds = ["relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "swish", "gelu",
             "hard_sigmoid", "linear", "exponential"]
    layers = [L.Activation(kind, name=kind) for kind in kinds]
    layers += [
        L.ReLU(name="relu_plain"),
        L.ReLU(max_value=6.0, name="relu_max"),
        L.ReLU(negative_slope=0.2, name="relu_slope"),
        L.ReLU(threshold=0.7, name="relu_threshold"),
        L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.5, name="relu_all"),
        L.Softmax(name="softmax_layer"),
    ]
    return rows(K, x, layers, "activations")


def softmax_rank4(K):
    L = K.layers
    x = K.Input((3, 4, 5), name="x")
    return rows(K, x, [
        L.Softmax(name="last"),
        L.Softmax(axis=1, name="axis1"),
        L.Activation("softmax", name="activation"),
    ], "softmax_rank4")


def merging(K):
    L = K.layers
    a, b, c = (K.Input((3, 4, 2), name=n) for n in "abc")
    d = K.Input((3, 4, 5), name="d")
    return K.Model([a, b, c, d], [
        L.Add(name="add")([a, b, c]),
        L.Multiply(name="multiply")([a, b, c]),
        L.Concatenate(name="last")([a, d, b]),
        L.Concatenate(axis=1, name="axis1")([a, b]),
        L.Concatenate(axis=2, name="axis2")([c, b, a]),
        L.Concatenate(axis=-3, name="minus3")([b, c]),
    ], name="merging")


def merging_broadcast(K):
    """A squeeze-and-excitation gate: (1, 1, channels) against (rows, columns, channels)."""
    L = K.layers
    x = K.Input((4, 3, 5), name="x")
    gate = L.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    gate = L.Conv2D(5, 1, activation="sigmoid", name="excite")(gate)
    return K.Model(x, [L.Multiply(name="multiply")([x, gate]), L.Add(name="add")([gate, x])],
                   name="merging_broadcast")


def shapes(K):
    L = K.layers
    x = K.Input((4, 3, 2), name="x")
    return rows(K, x, [
        L.Flatten(name="flatten"),
        L.Reshape((6, 4), name="reshape"),
        L.Reshape((-1,), name="reshape_all"),
        L.Reshape((2, -1, 3), name="reshape_infer"),
        L.ZeroPadding2D(name="pad1"),
        L.ZeroPadding2D((1, 2), name="pad_pair"),
        L.ZeroPadding2D(((0, 1), (2, 3)), name="pad_asymmetric"),
    ], "shapes")


def sequential_mlp(K):
    L = K.layers
    return K.Sequential([
        K.Input((6,), name="x"),
        L.Dense(7, activation="sigmoid"),
        L.Dropout(0.4),
        L.Dense(5, activation="tanh"),
        L.Dense(3),
        L.Softmax(),
    ], name="sequential_mlp")


def sequential_cnn(K):
    L = K.layers
    return K.Sequential([
        K.Input((9, 8, 2), name="x"),
        L.Conv2D(4, 3, activation="relu"),
        L.BatchNormalization(),
        L.ZeroPadding2D(((0, 1), (0, 1))),
        L.DepthwiseConv2D(3, strides=2, use_bias=False),
        L.BatchNormalization(momentum=0.9),
        L.ReLU(6.0),
        L.Conv2D(5, 1, padding="same", use_bias=False),
        L.BatchNormalization(scale=False, epsilon=1e-2),
        L.Activation("relu"),
        L.MaxPooling2D(2),
        L.Flatten(),
        L.Dense(6, activation="elu"),
        L.Dense(3, activation="softmax"),
    ], name="sequential_cnn")


def dropout_cnn(K):
    """The shape of Keras' mnist_transfer_cnn, small."""
    L = K.layers
    return K.Sequential([
        K.Input((8, 8, 1), name="x"),
        L.Conv2D(3, 3, activation="relu", name="conv2d"),
        L.Conv2D(3, 3, activation="relu", name="conv2d_1"),
        L.MaxPooling2D(2, name="max_pooling2d"),
        L.Dropout(0.25, name="dropout"),
        L.Flatten(name="flatten"),
        L.Dense(6, activation="relu", name="dense"),
        L.Dropout(0.5, name="dropout_1"),
        L.Dense(5, activation="softmax", name="dense_1"),
    ], name="dropout_cnn")


def branches(K):
    """Residual and concatenated branches over a shared trunk."""
    L = K.layers
    x = K.Input((6, 6, 3), name="image")
    trunk = L.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(x)
    trunk = L.BatchNormalization(name="stem_bn")(trunk)
    trunk = L.Activation("relu", name="stem_relu")(trunk)
    left = L.SeparableConv2D(4, 3, padding="same", use_bias=False, name="left")(trunk)
    left = L.BatchNormalization(name="left_bn")(left)
    residual = L.Activation("relu", name="joined_relu")(L.Add(name="joined")([trunk, left]))
    pooled = L.MaxPooling2D(3, strides=2, padding="same", name="pooled")(residual)
    averaged = L.AveragePooling2D(2, name="averaged")(trunk)
    both = L.Concatenate(name="both")([pooled, averaged])
    flat = L.GlobalAveragePooling2D(name="mean")(both)
    return K.Model(x, L.Dense(3, activation="softmax", name="scores")(flat), name="branches")


def shared(K):
    """Two layers called twice each: one set of weights, gradients added up."""
    L = K.layers
    a, b = K.Input((5, 5, 2), name="a"), K.Input((5, 5, 2), name="b")
    conv = L.Conv2D(3, 3, activation="tanh", name="twin_conv")
    embed = L.Dense(4, activation="sigmoid", name="twin_dense")
    flat = L.Flatten(name="flatten")
    left, right = embed(flat(conv(a))), embed(flat(conv(b)))
    product = L.Multiply(name="product")([left, right])
    return K.Model([a, b], L.Dense(2, name="score")(product), name="shared")


def two_by_two(K):
    """Two inputs of different rank, two outputs, one of them taken from the middle."""
    L = K.layers
    image, facts = K.Input((5, 4, 2), name="image"), K.Input((3,), name="facts")
    seen = L.Flatten(name="flatten")(L.Conv2D(3, 2, activation="relu", name="look")(image))
    known = L.Dense(4, activation="tanh", name="know")(facts)
    both = L.Concatenate(name="both")([seen, known])
    hidden = L.Dense(5, activation="selu", name="hidden")(both)
    return K.Model([image, facts], [L.Dense(3, activation="softmax", name="kind")(hidden),
                                    L.Dense(1, name="size")(both)], name="two_by_two")


def slash_names(K):
    """Keras 3 refuses `/` in layer names; Keras 2 wrote many files that have it."""
    L = K.layers
    x = K.Input((5, 5, 2), name="in/put")
    y = L.Conv2D(3, 3, use_bias=False, name="block1/conv")(x)
    y = L.BatchNormalization(name="block1/bn")(y)
    y = L.ReLU(6.0, name="block1/relu")(y)
    y = L.Flatten(name="top/flatten")(y)
    return K.Model(x, L.Dense(2, name="top/dense/out")(y), name="slash_names")


MODELS = [
    dense, dense_rank3, conv2d, depthwise_conv2d, separable_conv2d, pooling, batch_normalization,
    batch_normalization_rank2, batch_normalization_axis1, activations, softmax_rank4, merging, merging_broadcast,
    shapes, sequential_mlp, sequential_cnn, dropout_cnn, branches, shared, two_by_two, slash_names,
]
DIALECTS = {"slash_names": ["tfk2"]}
TRAINING = {
    "batch_normalization", "batch_normalization_rank2", "batch_normalization_axis1", "sequential_cnn", "branches",
    "slash_names",
}
