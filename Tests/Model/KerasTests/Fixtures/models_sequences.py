"""Models of the sequences layers: see layer_models.py. Inputs named `masked…` have steps of zeros."""

from layer_models import rows


def is_keras3(K):
    return not K.__name__.startswith("tf_keras")


def words(K, name="words", length=6):
    return K.Input((length,), name=name, dtype="int32")


def embedding(K):
    L = K.layers
    x = words(K)
    y = L.Embedding(6, 4, mask_zero=True, name="masking")(x)
    return K.Model(x, [
        L.Embedding(7, 3, name="plain")(x),
        L.LSTM(3, name="lstm")(y),
        L.LSTM(3, return_sequences=True, name="lstm_steps")(y),
        L.GRU(3, return_sequences=True, go_backwards=True, name="gru_backwards")(y),
        L.SimpleRNN(2, name="rnn_backwards", go_backwards=True)(y),
        L.Dense(2, name="dense")(L.GRU(2, return_sequences=True, name="gru_steps")(y)),
    ], name="embedding")


def masking(K):
    L = K.layers
    x = K.Input((6, 3), name="masked_steps")
    y = L.Masking(name="masking")(x)
    deep = L.LSTM(3, return_sequences=True, name="first")(y)
    return K.Model(x, [
        y,
        L.SimpleRNN(2, name="last")(y),
        L.GRU(2, name="second")(deep),
        L.TimeDistributed(L.Dense(2), name="steps")(y),
        L.Bidirectional(L.LSTM(2, return_sequences=True), name="both")(y),
        L.Bidirectional(L.GRU(2), merge_mode="sum", name="both_last")(deep),
        L.LSTM(2, return_sequences=True, zero_output_for_mask=True, name="zeroes")(y),
        L.Masking(mask_value=0.5, name="other_value")(x),
    ], name="masking")


def simple_rnn(K):
    L = K.layers
    x = K.Input((4, 3), name="x")
    return rows(K, x, [
        L.SimpleRNN(3, name="plain"),
        L.SimpleRNN(2, activation="relu", return_sequences=True, name="relu"),
        L.SimpleRNN(2, use_bias=False, go_backwards=True, return_sequences=True, name="backwards"),
        L.SimpleRNN(2, dropout=0.3, recurrent_dropout=0.2, unroll=True, activation="linear", name="linear"),
        L.SimpleRNN(2, kernel_regularizer="l2", recurrent_initializer="glorot_normal", name="initialized"),
    ], "simple_rnn")


def lstm(K):
    L = K.layers
    x = K.Input((4, 3), name="x")
    return rows(K, x, [
        L.LSTM(3, name="plain"),
        L.LSTM(2, return_sequences=True, recurrent_activation="hard_sigmoid", name="hard"),
        L.LSTM(3, activation="softplus", recurrent_activation="softsign", use_bias=False, name="softplus"),
        L.LSTM(2, go_backwards=True, return_sequences=True, unit_forget_bias=False, name="backwards"),
        L.LSTM(2, dropout=0.3, recurrent_dropout=0.2, activation="elu", name="dropout"),
        L.LSTM(2, unroll=True, activation="linear", recurrent_activation="linear", name="linear"),
        L.LSTM(2, activation="gelu", recurrent_activation="swish", return_sequences=True, name="smooth"),
    ], "lstm")


def gru(K):
    L = K.layers
    x = K.Input((4, 3), name="x")
    return rows(K, x, [
        L.GRU(3, name="plain"),
        L.GRU(2, reset_after=False, return_sequences=True, name="before"),
        L.GRU(2, reset_after=True, go_backwards=True, return_sequences=True, name="backwards"),
        L.GRU(2, reset_after=False, use_bias=False, recurrent_activation="hard_sigmoid", name="before_hard"),
        L.GRU(2, reset_after=True, use_bias=False, activation="relu", name="no_bias"),
        L.GRU(2, reset_after=True, dropout=0.1, recurrent_dropout=0.1, activation="softplus", name="dropout"),
    ], "gru")


def recurrent_keras2(K):
    """What only Keras 2 could be told."""
    L = K.layers
    x = K.Input((4, 3), batch_size=2, name="x")
    return rows(K, x, [
        L.LSTM(2, time_major=True, return_sequences=True, name="lstm_time_major"),
        L.GRU(2, time_major=True, implementation=1, name="gru_time_major"),
        L.LSTM(2, implementation=1, stateful=True, name="stateful"),
        L.Bidirectional(L.LSTM(2, time_major=True, return_sequences=True), name="both_time_major"),
    ], "recurrent_keras2")


def states(K):
    """States that come out of one layer and go into another, behind the sequence or by keyword."""
    L = K.layers
    x, z = K.Input((4, 3), name="x"), K.Input((3, 2), name="z")
    y, h, c = L.LSTM(3, return_state=True, name="encoder")(x)
    decoded, h2, c2 = L.LSTM(3, return_sequences=True, return_state=True, name="decoder")(z, initial_state=[h, c])
    s, g = L.GRU(3, return_state=True, return_sequences=True, name="gru")(x)
    both = L.Bidirectional(L.LSTM(2, return_state=True), name="both")(x)
    again = L.Bidirectional(L.LSTM(2, return_sequences=True), name="again")(z, initial_state=both[1:])
    r, last = L.SimpleRNN(3, return_state=True, name="rnn")(z, initial_state=g)
    return K.Model([x, z], [y, decoded, h2, c2, s, *both, again, r, last], name="states")


def mask_keyword(K):
    L = K.layers
    x, m = K.Input((5, 2), name="x"), K.Input((5,), name="m", dtype="bool")
    return K.Model([x, m], [
        L.LSTM(3, return_sequences=True, name="lstm")(x, mask=m),
        L.GRU(2, name="gru")(x, mask=m),
        L.Bidirectional(L.SimpleRNN(2), name="both")(x, mask=m),
    ], name="mask_keyword")


def bidirectional(K):
    L = K.layers
    x = K.Input((4, 3), name="x")
    B = L.Bidirectional
    outputs = [layer(x) for layer in [
        B(L.LSTM(2), name="plain"),
        B(L.LSTM(2, return_sequences=True, name="inner"), merge_mode="sum", name="sum"),
        B(L.GRU(2, return_sequences=True, reset_after=False), merge_mode="mul", name="mul"),
        B(L.SimpleRNN(3, activation="relu"), merge_mode="ave", name="ave"),
        B(L.LSTM(2, return_sequences=True), backward_layer=L.LSTM(3, return_sequences=True, go_backwards=True,
                                                                   activation="relu", name="other"), name="unlike"),
        B(L.RNN(L.GRUCell(2), return_sequences=True), name="cells"),
    ]]
    outputs += B(L.GRU(2, return_sequences=True), merge_mode=None, name="separate")(x)
    outputs += B(L.LSTM(2, return_state=True, return_sequences=True), name="states")(x)
    outputs += B(L.SimpleRNN(2, return_state=True), merge_mode=None, name="separate_states")(x)
    return K.Model(x, outputs, name="bidirectional")


def time_distributed(K):
    L = K.layers
    x, images = K.Input((3, 4), name="x"), K.Input((2, 4, 4, 2), name="images")
    T = L.TimeDistributed
    network = K.Sequential([K.Input((4, 4, 2)), L.Conv2D(2, 2, name="conv"), L.BatchNormalization(name="norm"),
                            L.Flatten(name="flatten"), L.Dense(3, name="dense")], name="network")
    a = K.Input((4, 4, 2), name="a")
    branches = K.Model(a, L.Add(name="add")([L.Conv2D(2, 1, name="left")(a), L.Conv2D(2, 1, name="right")(a)]),
                       name="branches")
    return K.Model([x, images], [
        T(L.Dense(2, activation="tanh", name="inner"), name="dense")(x),
        T(L.Conv2D(2, 3, padding="same"), name="conv2d")(images),
        T(L.BatchNormalization(), name="normalization")(x),
        T(L.LSTM(2), name="lstm")(L.Reshape((2, 4, 8), name="lines")(images)),
        T(L.Bidirectional(L.GRU(2)), name="both")(L.Reshape((2, 8, 4), name="pixels")(images)),
        T(network, name="network_steps")(images),
        T(branches, name="branches_steps")(images),
        T(L.Flatten(), name="flat")(images),
    ], name="time_distributed")


def cells(K):
    L = K.layers
    x = K.Input((4, 3), name="x")
    R = L.RNN
    outputs = [layer(x) for layer in [
        R(L.LSTMCell(2), name="lstm"),
        R(L.GRUCell(2, reset_after=False), return_sequences=True, name="gru"),
        R(L.SimpleRNNCell(2, activation="relu"), go_backwards=True, return_sequences=True, name="rnn"),
        R([L.LSTMCell(3), L.LSTMCell(2)], name="stack"),
        R(L.StackedRNNCells([L.GRUCell(2, name="a"), L.SimpleRNNCell(3, name="b")]), return_sequences=True,
          name="mixed"),
    ]]
    return K.Model(x, outputs, name="cells")


def conv_lstm(K):
    L = K.layers
    lines, images, volumes = (K.Input((3, 5, 2), name="lines"), K.Input((2, 4, 5, 2), name="images"),
                              K.Input((2, 3, 3, 2, 1), name="volumes"))
    C = L.ConvLSTM2D
    return K.Model([lines, images, volumes], [
        L.ConvLSTM1D(2, 3, padding="same", return_sequences=True, name="one")(lines),
        L.ConvLSTM1D(2, 2, strides=2, activation="relu", recurrent_activation="sigmoid", name="one_stride")(lines),
        C(2, 3, name="plain", recurrent_activation="hard_sigmoid")(images),
        C(2, (2, 3), strides=(1, 2), padding="same", return_sequences=True, go_backwards=True, name="backwards")(images),
        C(1, 2, dilation_rate=(2, 1), use_bias=False, unit_forget_bias=False, dropout=0.2, name="dilated")(images),
        *C(2, 2, return_state=True, return_sequences=True, name="states")(images),
        L.ConvLSTM3D(1, 2, padding="same", name="three")(volumes),
    ], name="conv_lstm")


def text(K):
    """A classifier of sentences, in a row."""
    L = K.layers
    return K.Sequential([
        words(K), L.Embedding(6, 4, mask_zero=True, name="embedding"), L.Dropout(0.2, name="dropout"),
        L.Bidirectional(L.LSTM(3, return_sequences=True), name="both"), L.LSTM(3, name="lstm"),
        L.Dense(2, activation="softmax", name="kind")], name="text")


MODELS = [
    embedding, masking, simple_rnn, lstm, gru, recurrent_keras2, states, mask_keyword, bidirectional, time_distributed,
    cells, conv_lstm, text,
]
DIALECTS = {"recurrent_keras2": ["tfk2"]}
TRAINING = set()
# Keras 3 writes masks as operations, which it does not find again when it reads an .h5.
MISREAD = {"embedding", "masking"}
