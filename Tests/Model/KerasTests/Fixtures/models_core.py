"""Models of the core layers: see layer_models.py."""

from layer_models import rows


def is_keras3(K):
    return not K.__name__.startswith("tf_keras")


def activation_functions(K):
    x = K.Input((3, 6), name="x")
    kinds = ["relu6", "log_softmax", "mish", "leaky_relu", "silu"]
    return rows(K, x, [K.layers.Activation(kind, name=kind) for kind in kinds], "activation_functions")


def activation_functions_keras3(K):
    x = K.Input((3, 6), name="x")
    kinds = ["celu", "glu", "hard_shrink", "hard_silu", "hard_swish", "hard_tanh", "log_sigmoid", "soft_shrink",
             "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink"]
    return rows(K, x, [K.layers.Activation(kind, name=kind) for kind in kinds], "activation_functions_keras3")


def activation_layers(K):
    L = K.layers
    x = K.Input((3, 4), name="x")
    slope = (lambda v: {"negative_slope": v}) if is_keras3(K) else (lambda v: {"alpha": v})
    layers = [
        L.LeakyReLU(name="leaky"), L.LeakyReLU(name="leaky_slope", **slope(0.15)), L.ELU(name="elu"),
        L.ELU(alpha=0.4, name="elu_alpha"), L.PReLU(name="prelu"), L.PReLU(shared_axes=[1], name="prelu_shared"),
        L.Softmax(axis=1, name="softmax_rows"),
        L.Dense(3, activation=L.LeakyReLU(**slope(0.2)), name="dense_leaky"),
        L.Dense(3, activation=L.ReLU(max_value=0.5, negative_slope=0.1), name="dense_relu"),
        L.Dense(3, activation=L.ELU(alpha=0.3), name="dense_elu"),
    ]
    return rows(K, x, layers, "activation_layers")


def softmax_axes(K):
    x = K.Input((3, 4, 2), name="x")
    return rows(K, x, [K.layers.Softmax(axis=[1, 2], name="two"), K.layers.Softmax(axis=[-1], name="one")],
                "softmax_axes")


def thresholded(K):
    x = K.Input((3, 4), name="x")
    return K.Model(x, K.layers.ThresholdedReLU(theta=0.4, name="thresholded")(x), name="thresholded")


def merges(K):
    """Inputs of one shape, and of different ranks."""
    L = K.layers
    a, b, c = (K.Input((3, 4), name=n) for n in "abc")
    v = K.Input((4,), name="v")
    return K.Model([a, b, c, v], [
        L.Subtract(name="subtract")([a, b]),
        L.Average(name="average")([a, b, c]),
        L.Maximum(name="maximum")([a, b, c]),
        L.Minimum(name="minimum")([a, b, c]),
        L.Add(name="add_ranks")([a, v]),
        L.Multiply(name="multiply_ranks")([v, b]),
        L.Subtract(name="subtract_ranks")([v, c]),
    ], name="merges")


def dots(K):
    D = K.layers.Dot
    a, b = K.Input((3, 4), name="a"), K.Input((5, 4), name="b")
    u, v = K.Input((4,), name="u"), K.Input((4,), name="v")
    w = K.Input((3,), name="w")
    return K.Model([a, b, u, v, w], [
        D(axes=1, name="vectors")([u, v]),
        D(axes=-1, normalize=True, name="cosine")([u, v]),
        D(axes=2, name="pairs")([a, b]),
        D(axes=(2, 2), normalize=True, name="cosines")([a, b]),
        D(axes=(1, 2), name="matrix_vector")([w, K.layers.Permute((2, 1), name="turned")(a)]),
        D(axes=(2, 1), name="vector_last")([b, u]),
    ], name="dots")


def rearrangements(K):
    L = K.layers
    x = K.Input((3, 4, 2), name="x")
    v = K.Input((5,), name="v")
    return K.Model([x, v], [
        L.Permute((2, 3, 1), name="permute")(x),
        L.Permute((3, 1, 2), name="permute_back")(x),
        L.RepeatVector(3, name="repeat")(v),
        L.Reshape((2, 12), name="reshape")(x),
    ], name="rearrangements")


def layer_normalization(K):
    N = K.layers.LayerNormalization
    x = K.Input((3, 4, 5), name="x")
    layers = [
        N(name="plain"), N(axis=[2, 3], name="two_axes"), N(axis=(1, 2, 3), epsilon=0.1, name="all_axes"),
        N(axis=1, name="first"), N(axis=[1, 3], center=False, name="apart"), N(epsilon=1e-6, scale=False, name="bare"),
    ]
    return rows(K, x, layers, "layer_normalization")


def group_normalization(K):
    N = K.layers.GroupNormalization
    x = K.Input((3, 4, 6), name="x")
    return rows(K, x, [
        N(groups=2, name="two"), N(groups=-1, name="instance"), N(groups=1, epsilon=0.1, name="one"),
        N(groups=2, axis=2, scale=False, name="rows"), N(groups=3, center=False, name="three"),
    ], "group_normalization")


def unit_normalization(K):
    N = K.layers.UnitNormalization
    x = K.Input((3, 4), name="x")
    return rows(K, x, [N(name="last"), N(axis=1, name="first"), N(axis=[1, 2], name="both")], "unit_normalization")


def rms_normalization(K):
    L = K.layers
    x = K.Input((3, 4), name="x")
    return rows(K, x, [
        L.RMSNormalization(name="plain"), L.RMSNormalization(axis=[1, 2], epsilon=0.1, name="both"),
        L.LayerNormalization(rms_scaling=True, center=False, name="scaling"),
    ], "rms_normalization")


def renormalization(K):
    B = K.layers.BatchNormalization
    x = K.Input((4,), name="x")
    return rows(K, x, [
        B(renorm=True, renorm_clipping={"rmax": 1.5, "rmin": 0.8, "dmax": 0.3}, renorm_momentum=0.7, name="clipped"),
        B(renorm=True, renorm_clipping={"rmax": 3.0}, momentum=0.6, scale=False, name="no_scale"),
    ], "renormalization")


def rescaling(K):
    L = K.layers
    x = K.Input((3, 4), name="x")
    return rows(K, x, [
        L.Rescaling(0.5, offset=-1.0, name="plain"), L.Rescaling([0.5, 1.0, 2.0, -1.0], offset=[0.0, 1.0, 2.0, 3.0], name="each"),
        L.Normalization(name="stored"), L.Normalization(axis=1, name="rows"), L.Normalization(axis=None, name="whole"),
        L.Normalization(axis=(1, 2), invert=True, name="inverse"),
        L.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 0.5, 0.0, 2.0], name="given"),
        L.Normalization(axis=None, mean=0.5, variance=4.0, invert=True, name="given_whole"),
    ], "rescaling")


def attention(K):
    A, B = K.layers.Attention, K.layers.AdditiveAttention
    q, v, k = K.Input((3, 4), name="q"), K.Input((5, 4), name="v"), K.Input((5, 4), name="k")
    scores = A(use_scale=True, name="scores")([q, v, k], return_attention_scores=True)
    return K.Model([q, v, k], [
        A(name="dot")([q, v]),
        A(score_mode="concat", name="concat")([q, v]),
        A(score_mode="concat", use_scale=True, dropout=0.3, name="concat_scale")([q, v, k]),
        A(name="causal")([q, v], use_causal_mask=True),
        *scores,
        B(name="additive")([q, v]),
        B(use_scale=False, name="additive_plain")([q, v, k]),
        B(name="additive_causal")([q, v], use_causal_mask=True),
    ], name="attention")


def multi_head_attention(K):
    M = K.layers.MultiHeadAttention
    q, v, k = K.Input((3, 4), name="q"), K.Input((5, 6), name="v"), K.Input((5, 7), name="k")
    scores = M(2, 3, name="scores")(q, v, return_attention_scores=True)
    return K.Model([q, v, k], [
        M(2, 3, name="self")(q, q),
        M(2, 3, value_dim=5, use_bias=False, output_shape=6, dropout=0.2, name="cross")(q, v, key=k),
        M(3, 2, output_shape=(2, 3), name="two_outputs")(q, value=v),
        M(1, 4, name="causal")(q, q, use_causal_mask=True),
        *scores,
    ], name="multi_head_attention")


def multi_head_attention_axes(K):
    M = K.layers.MultiHeadAttention
    x, y = K.Input((3, 2, 4), name="x"), K.Input((3, 5, 4), name="y")
    return K.Model([x, y], [
        M(2, 3, attention_axes=(2,), name="second")(x, y),
        M(2, 3, name="both")(x, x),
        M(2, 3, attention_axes=(1,), value_dim=2, name="first")(x, x),
    ], name="multi_head_attention_axes")


def grouped_query_attention(K):
    G = K.layers.GroupQueryAttention
    q, v = K.Input((3, 4), name="q"), K.Input((5, 4), name="v")
    return K.Model([q, v], [
        G(3, 4, 2, name="pairs")(q, v), G(2, 4, 1, use_bias=False, name="one")(q, q, use_causal_mask=True),
        G(3, 2, 2, use_gate=True, name="gated")(q, v),
        K.layers.MultiHeadAttention(2, 3, use_gate=True, sliding_window=2, name="window")(q, q),
    ], name="grouped_query_attention")


def training_rules(K):
    """Constraints and regularizers, which say nothing about a prediction."""
    L, R, C = K.layers, K.regularizers, K.constraints
    x = K.Input((4,), name="x")
    y = L.Dense(5, kernel_constraint=C.MaxNorm(2, axis=0), bias_constraint=C.NonNeg(), activity_regularizer=R.L2(0.01),
                kernel_regularizer=R.OrthogonalRegularizer(0.1), kernel_initializer="orthogonal", name="first")(x)
    y = L.PReLU(alpha_constraint=C.UnitNorm(axis=0), name="second")(y)
    y = L.ActivityRegularization(l1=0.1, l2=0.2, name="third")(y)
    return K.Model(x, L.Dense(2, kernel_constraint=C.MinMaxNorm(0.5, 1.5, rate=0.5), name="fourth")(y),
                   name="training_rules")


MODELS = [
    activation_functions, activation_functions_keras3, activation_layers, softmax_axes, thresholded, merges, dots,
    rearrangements, layer_normalization, group_normalization, unit_normalization, rms_normalization, renormalization,
    rescaling, attention, multi_head_attention, multi_head_attention_axes, grouped_query_attention, training_rules,
]
DIALECTS = {
    "activation_functions_keras3": ["keras3"], "thresholded": ["tfk2"], "rms_normalization": ["keras3"],
    "grouped_query_attention": ["keras3"],
}
TRAINING = {"renormalization"}
MISREAD = {"softmax_axes", "layer_normalization", "unit_normalization", "rms_normalization", "rescaling", "attention"}
