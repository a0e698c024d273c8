internal import CFieldKernels
internal import Synchronization

/// Sums of points times scalars, by Pippenger's method on all the threads that the caller grants.
///
/// Scalars 0 and 1 cost nothing or one addition. The points must lie in the subgroup of order r; how many
/// there are is decided by the shorter of the two lists.
public enum MultiExponentiation {
    /// Whether the processor has the instructions of the vector kernels (AVX-512 IFMA).
    public static var isAccelerated: Bool { vk_msm_is_accelerated() }

    /// Returns the sum of scalars[i] * points[i].
    ///
    /// - Parameters:
    ///   - points: Points of G1.
    ///   - scalars: As many scalars.
    ///   - threads: How many threads may compute.
    ///   - isPortable: Pass true for the kernels in plain C even where better ones exist; to compare them.
    /// - Returns: The sum.
    public static func sum(
        _ points: [G1Affine],
        _ scalars: [Fr],
        threads: Int,
        isPortable: Bool = false
    ) -> G1 {
        unsafe points.withUnsafeBytes { bytes in
            let count = min(points.count, scalars.count)
            let source = unsafe PointSource(bytes: bytes, format: .montgomery, isG2: false)
            return G1(
                words: compute(source, scalars, count, threads: threads, isPortable: isPortable)
            )
        }
    }

    /// Returns the sum of scalars[i] * points[i], as for G1.
    public static func sum(
        _ points: [G2Affine],
        _ scalars: [Fr],
        threads: Int,
        isPortable: Bool = false
    ) -> G2 {
        unsafe points.withUnsafeBytes { bytes in
            let count = min(points.count, scalars.count)
            let source = unsafe PointSource(bytes: bytes, format: .montgomery, isG2: true)
            return G2(
                words: compute(source, scalars, count, threads: threads, isPortable: isPortable)
            )
        }
    }

    /// Returns the sum over points of G1 in the plain form (96 bytes each), as parameter files hold them.
    ///
    /// The points are not checked; pass only what a digest vouches for.
    @unsafe public static func sum(
        uncheckedG1 bytes: UnsafeRawBufferPointer,
        _ scalars: [Fr],
        threads: Int
    ) -> G1 {
        let count = min(bytes.count / 96, scalars.count)
        let source = unsafe PointSource(bytes: bytes, format: .plain, isG2: false)
        return G1(words: compute(source, scalars, count, threads: threads))
    }

    /// Returns the sum over points of G2 in the plain form (192 bytes each), as parameter files hold them.
    ///
    /// The points are not checked; pass only what a digest vouches for.
    @unsafe public static func sum(
        uncheckedG2 bytes: UnsafeRawBufferPointer,
        _ scalars: [Fr],
        threads: Int
    ) -> G2 {
        let count = min(bytes.count / 192, scalars.count)
        let source = unsafe PointSource(bytes: bytes, format: .plain, isG2: true)
        return G2(words: compute(source, scalars, count, threads: threads))
    }

    /// Where the points are.
    ///
    /// The memory is only read, while the caller waits.
    @safe private struct PointSource: @unchecked Sendable {
        enum Format { case montgomery, plain }

        let bytes: UnsafeRawBufferPointer
        let format: Format
        let isG2: Bool

        init(bytes: UnsafeRawBufferPointer, format: Format, isG2: Bool) {
            unsafe self.bytes = bytes
            self.format = format
            self.isG2 = isG2
        }

        /// Copies the chosen points into the kernel's form.
        func load(
            _ indices: [UInt32],
            _ count: Int,
            threads: Int,
            isPortable: Bool
        ) -> LoadedPoints {
            guard let points = unsafe vk_msm_points_make(count, isG2, isPortable) else {
                preconditionFailure("no memory for a multi-exponentiation of \(count) points")
            }
            ParallelJobs.runParts(of: count, threads: threads) { part in
                unsafe vk_msm_points_load(
                    points,
                    bytes.baseAddress,
                    format == .plain,
                    indices,
                    part.lowerBound,
                    part.upperBound
                )
            }
            return unsafe LoadedPoints(points)
        }
    }

    /// Points in the kernel's form.
    @safe private final class LoadedPoints {
        let pointer: OpaquePointer

        init(_ pointer: OpaquePointer) {
            unsafe self.pointer = pointer
        }

        deinit { unsafe vk_msm_points_free(pointer) }
    }

    /// Returns the projective sum, 18 or 36 words.
    private static func compute(
        _ points: PointSource,
        _ scalars: [Fr],
        _ count: Int,
        threads: Int,
        isPortable: Bool = false
    ) -> [UInt64] {
        var limbs: [Fr] = [Fr](repeating: .zero, count: count)
        var indices: [UInt32] = [UInt32](repeating: 0, count: count)
        var ones: [UInt32] = [UInt32](repeating: 0, count: count)
        var oneCount = 0
        var scalarBits: UInt32 = 0
        let rest = unsafe scalars.withKernelPointer { scalars in
            unsafe limbs.withMutableKernelPointer { limbs in
                unsafe vk_msm_prepare(
                    scalars,
                    count,
                    limbs,
                    &indices,
                    &ones,
                    &oneCount,
                    &scalarBits
                )
            }
        }
        let bits = vk_msm_window_bits(rest, scalarBits)
        let windows = rest > 0 ? Int(vk_msm_window_count(bits, scalarBits)) : 0
        let loaded = points.load(indices, rest, threads: threads, isPortable: isPortable)
        let loadedOnes = points.load(ones, oneCount, threads: threads, isPortable: isPortable)

        // One job per window, the last one for the scalars that are one; job sums lie one after another.
        let wordCount = points.isG2 ? 36 : 18
        var sums: [UInt64] = [UInt64](repeating: 0, count: (windows + 1) * wordCount)
        let failed = Atomic<Bool>(false)
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            let base = sums.baseAddress
            unsafe limbs.withKernelPointer { limbs in
                ParallelJobs.run(count: windows + 1, threads: threads) { job in
                    let target = unsafe base.map { unsafe $0 + job * wordCount }
                    let ok =
                        job == windows
                        ? unsafe vk_msm_sum(target, loadedOnes.pointer)
                        : unsafe vk_msm_window(target, loaded.pointer, limbs, bits, UInt32(job))
                    if !ok { failed.store(true, ordering: .relaxed) }
                }
            }
        }
        // Out of memory ends the process, as every failed allocation in Swift does.
        precondition(!failed.load(ordering: .relaxed), "no memory for a multi-exponentiation")
        var result: [UInt64] = [UInt64](repeating: 0, count: wordCount)
        unsafe vk_msm_combine(&result, sums, UInt32(windows), bits, points.isG2)
        return result
    }
}

extension G1 {
    /// Reads a point as a kernel wrote it: 18 words.
    init(words: [UInt64]) {
        precondition(words.count == 18, "a projective point of G1 has 18 words")
        self.init(raw: unsafe words.withUnsafeBytes { unsafe $0.loadUnaligned(as: CPoint.self) })
    }
}

extension G2 {
    /// Reads a point as a kernel wrote it: 36 words.
    init(words: [UInt64]) {
        precondition(words.count == 36, "a projective point of G2 has 36 words")
        self.init(raw: unsafe words.withUnsafeBytes { unsafe $0.loadUnaligned(as: CPoint.self) })
    }
}
