import CHDF5
import Tensors

/// The types under which HDF5 files hold our elements, as h5py writes them.
enum HDF5ElementType {
    /// Nil where libhdf5 has no memory left.
    static func handle(for type: DataType) -> HDF5Handle? {
        switch type {
        case .float64: HDF5Handle(H5Tcopy(chdf5_ieee_f64le()))
        case .float32: HDF5Handle(H5Tcopy(chdf5_ieee_f32le()))
        case .float16: float16()
        case .bfloat16: HDF5Handle(H5Tcreate(H5T_OPAQUE, 2))
        case .int64: HDF5Handle(H5Tcopy(chdf5_std_i64le()))
        case .int32: HDF5Handle(H5Tcopy(chdf5_std_i32le()))
        case .int16: HDF5Handle(H5Tcopy(chdf5_std_i16le()))
        case .int8: HDF5Handle(H5Tcopy(chdf5_std_i8le()))
        case .uint64: HDF5Handle(H5Tcopy(chdf5_std_u64le()))
        case .uint32: HDF5Handle(H5Tcopy(chdf5_std_u32le()))
        case .uint16: HDF5Handle(H5Tcopy(chdf5_std_u16le()))
        case .uint8: HDF5Handle(H5Tcopy(chdf5_std_u8le()))
        case .bool: bool()
        }
    }

    /// libhdf5 names binary16 only from 1.14 on: sign at bit 15, exponent of 5 bits at 10 biased by 15, 10 of fraction.
    private static func float16() -> HDF5Handle? {
        guard let type = HDF5Handle(H5Tcopy(chdf5_ieee_f32le())), H5Tset_fields(type.id, 15, 10, 5, 0, 10) >= 0,
            H5Tset_size(type.id, 2) >= 0, H5Tset_ebias(type.id, 15) >= 0
        else { return nil }
        return type
    }

    /// h5py's truth values: an enumeration over a byte.
    private static func bool() -> HDF5Handle? {
        guard let type = HDF5Handle(H5Tenum_create(chdf5_std_i8le())) else { return nil }
        for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
            guard withUnsafePointer(to: value, { H5Tenum_insert(type.id, name, $0) }) >= 0 else { return nil }
        }
        return type
    }
}
