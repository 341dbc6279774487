import CHDF5
import Tensors

/// How the elements of a dataset become one of our types.
struct HDF5Element: ~Copyable {
    let dataType: DataType
    /// The file's bytes are already what `dataType` means: little-endian and of standard width.
    let isPlain: Bool
    /// What libhdf5 is to convert to where they are not.
    let memoryType: HDF5Handle

    /// Nil for text, compounds and whatever else is no number.
    /// - Parameter marked: Keras stores bfloat16 as raw pairs of bytes and says so in an attribute `dtype`.
    init?(_ type: borrowing HDF5Handle, marked: String?) {
        switch H5Tget_class(type.id) {
        case H5T_FLOAT: self.init(floatingPoint: type)
        case H5T_INTEGER: self.init(integer: type, marked: marked)
        case H5T_ENUM: self.init(enumeration: type)
        // In a whole-model file it says nothing; nothing else that is a tensor comes in pairs of bytes.
        case H5T_OPAQUE where H5Tget_size(type.id) == 2 && marked ?? "bfloat16" == "bfloat16":
            self.init(.bfloat16, plain: type)
        default: return nil
        }
    }

    static func reason(_ type: borrowing HDF5Handle) -> String {
        switch H5Tget_class(type.id) {
        case H5T_STRING: "text"
        case H5T_COMPOUND: "records of several fields"
        case H5T_REFERENCE: "references to other objects"
        case H5T_VLEN: "lists of varying length"
        case H5T_ARRAY: "arrays as elements"
        default: "elements that are not numbers"
        }
    }

    private init?(_ dataType: DataType, plain type: borrowing HDF5Handle) {
        guard let copy = HDF5Handle(H5Tcopy(type.id)) else { return nil }
        self.dataType = dataType
        isPlain = true
        memoryType = copy
    }

    /// Standard fields, whatever the byte order: the same type, little-endian.
    private init?(_ dataType: DataType, ordered type: borrowing HDF5Handle) {
        guard let copy = HDF5Handle(H5Tcopy(type.id)) else { return nil }
        let isPlain = dataType.size == 1 || H5Tget_order(type.id) == H5T_ORDER_LE
        guard isPlain || H5Tset_order(copy.id, H5T_ORDER_LE) >= 0 else { return nil }
        self.dataType = dataType
        self.isPlain = isPlain
        memoryType = copy
    }

    /// Anything else of its class goes through a type that libhdf5 converts to.
    private init?(_ dataType: DataType, through native: hid_t) {
        guard let copy = HDF5Handle(H5Tcopy(native)) else { return nil }
        self.dataType = dataType
        isPlain = false
        memoryType = copy
    }

    private init?(floatingPoint type: borrowing HDF5Handle) {
        var (sign, exponent, exponentSize, mantissa, mantissaSize) = (0, 0, 0, 0, 0)
        guard H5Tget_fields(type.id, &sign, &exponent, &exponentSize, &mantissa, &mantissaSize) >= 0 else {
            return nil
        }
        let bias = H5Tget_ebias(type.id)
        switch (H5Tget_size(type.id), exponentSize, mantissaSize, bias, mantissa) {
        case (2, 5, 10, 15, 0): self.init(.float16, ordered: type)
        case (2, 8, 7, 127, 0): self.init(.bfloat16, ordered: type)
        case (4, 8, 23, 127, 0): self.init(.float32, ordered: type)
        case (8, 11, 52, 1023, 0): self.init(.float64, ordered: type)
        default: self.init(.float64, through: chdf5_native_double())
        }
    }

    private init?(integer type: borrowing HDF5Handle, marked: String?) {
        let size = H5Tget_size(type.id)
        let isSigned = H5Tget_sign(type.id) == H5T_SGN_2
        if size == 2, marked == "bfloat16" {
            self.init(.bfloat16, ordered: type)
            return
        }
        let isStandard = H5Tget_precision(type.id) == size * 8 && H5Tget_offset(type.id) == 0
        switch (size, isSigned) {
        case (1, true) where isStandard: self.init(.int8, ordered: type)
        case (1, false) where isStandard: self.init(.uint8, ordered: type)
        case (2, true) where isStandard: self.init(.int16, ordered: type)
        case (2, false) where isStandard: self.init(.uint16, ordered: type)
        case (4, true) where isStandard: self.init(.int32, ordered: type)
        case (4, false) where isStandard: self.init(.uint32, ordered: type)
        case (8, true) where isStandard: self.init(.int64, ordered: type)
        case (8, false) where isStandard: self.init(.uint64, ordered: type)
        case (_, true): self.init(.int64, through: chdf5_native_int64())
        case (_, false): self.init(.uint64, through: chdf5_native_uint64())
        }
    }

    /// h5py's truth values are an enumeration over one byte.
    private init?(enumeration type: borrowing HDF5Handle) {
        guard H5Tget_size(type.id) == 1 else { return nil }
        self.init(.bool, plain: type)
    }
}
