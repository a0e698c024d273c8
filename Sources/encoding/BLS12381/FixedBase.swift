internal import CFieldKernels
internal import Synchronization

/// Products of one point with many scalars, for making parameters.
///
/// A table of multiples (8 MiB for G1, 16 MiB for G2) turns a product into 20 additions, which share their
/// inversions.
@safe public final class FixedBase: Sendable {
    // Written once, before the object is shared.
    nonisolated(unsafe) private let table: OpaquePointer

    /// The size of a product in the plain form: 96 or 192 bytes.
    public let pointByteCount: Int

    private init(_ table: OpaquePointer?, pointByteCount: Int) {
        guard let table = unsafe table else {
            preconditionFailure("no memory for a table of multiples")
        }
        unsafe self.table = table
        self.pointByteCount = pointByteCount
    }

    /// Prepares a point of G1.
    public convenience init(_ point: G1) {
        let table = unsafe withUnsafeBytes(of: point.raw) {
            unsafe vk_fixed_base_make($0.assumingMemoryBound(to: UInt64.self).baseAddress, false)
        }
        unsafe self.init(table, pointByteCount: 2 * G1Affine.compressedByteCount)
    }

    /// Prepares a point of G2.
    public convenience init(_ point: G2) {
        let table = unsafe withUnsafeBytes(of: point.raw) {
            unsafe vk_fixed_base_make($0.assumingMemoryBound(to: UInt64.self).baseAddress, true)
        }
        unsafe self.init(table, pointByteCount: 2 * G2Affine.compressedByteCount)
    }

    deinit { unsafe vk_fixed_base_free(table) }

    /// Returns the products in the plain form, one after another.
    public func multiply(_ scalars: [Fr], threads: Int) -> [UInt8] {
        let size = pointByteCount
        let failed = Atomic<Bool>(false)
        let result = unsafe [UInt8](unsafeUninitializedCapacity: scalars.count * size) {
            buffer,
            count in
            count = scalars.count * size
            guard let base = buffer.baseAddress else { return }
            unsafe scalars.withKernelPointer { scalars in
                guard let scalars = unsafe scalars else { return }
                ParallelJobs.runParts(of: count / size, threads: threads) { part in
                    let from = part.lowerBound
                    let ok = unsafe vk_fixed_base_multiply(
                        base + from * size,
                        table,
                        scalars + from,
                        part.count
                    )
                    if !ok { failed.store(true, ordering: .relaxed) }
                }
            }
        }
        precondition(!failed.load(ordering: .relaxed), "no memory for making parameters")
        return result
    }
}
