/// What a kernel reads, and what it writes: dense, row-major, channels last, of a size both sides know.
package typealias FloatInput = UnsafePointer<Float>
package typealias FloatOutput = UnsafeMutablePointer<Float>
