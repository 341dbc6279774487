import CKernels
import Tensors

/// Arrays of bfloat16 lie where arrays of floats do, in half the space: kernels take the same pointers, and are told.
typealias HalfInput = UnsafePointer<UInt16>
typealias HalfOutput = UnsafeMutablePointer<UInt16>

func half(_ x: FloatInput) -> HalfInput { UnsafeRawPointer(x).assumingMemoryBound(to: UInt16.self) }
func half(_ y: FloatOutput) -> HalfOutput { UnsafeMutableRawPointer(y).assumingMemoryBound(to: UInt16.self) }

/// Between float32 and bfloat16.
package enum Conversion {
    /// y = x, of which bfloat16 keeps the nearest number, of two equally near the even one. The arrays lie apart.
    package static func narrow(_ x: FloatInput, into y: FloatOutput, count: Int) { ck_narrow(x, half(y), count) }

    /// y = x, exactly. The arrays lie apart.
    package static func widen(_ x: FloatInput, into y: FloatOutput, count: Int) { ck_widen(half(x), y, count) }
}
