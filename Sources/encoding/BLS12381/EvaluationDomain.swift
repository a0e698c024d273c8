internal import CFieldKernels

/// A power of two of points, the powers of a root of unity, with the transforms between the values of a
/// polynomial at these points and its coefficients.
///
/// The transforms leave coefficients in bit-reversed order, which saves the reordering: what is done between
/// two transforms is element by element.
public struct EvaluationDomain: Sendable {
    /// The logarithm of the size to base two.
    public let log2Size: Int
    /// The generator: 7^((r-1)/2^log2Size).
    public let root: Fr
    private let forwardTable: [Fr]
    private let inverseTable: [Fr]
    private let inverseSize: Fr
    private let isVector: Bool

    /// The number of points.
    public var size: Int { 1 << log2Size }

    /// Whether the processor has the instructions of the vector kernels (AVX-512 IFMA).
    public static var isAccelerated: Bool { vk_fft_is_accelerated() }

    /// Below this size a transform takes microseconds, and the vector kernels need a certain size.
    private static let leastVectorLog2: Int = 9

    /// Creates the domain of 2^log2Size points; at most 2^32 exist.
    ///
    /// - Parameters:
    ///   - log2Size: The logarithm of the size to base two.
    ///   - isPortable: Pass true for the kernels in plain C even where better ones exist; to compare them.
    public init(log2Size: Int, isPortable: Bool = false) {
        precondition((0...Fr.twoAdicity).contains(log2Size), "the field has no such domain")
        var root = Fr.rootOfUnity
        for _ in log2Size..<Fr.twoAdicity { root = root.squared() }
        self.log2Size = log2Size
        self.root = root
        // A power of two and a root of unity have inverses.
        let inverse = root.power(UInt64(1 << log2Size) - 1)
        inverseSize = Fr(UInt64(1) << UInt64(log2Size)).inverted() ?? .one
        isVector = !isPortable && log2Size >= Self.leastVectorLog2 && Self.isAccelerated
        forwardTable = Self.table(log2Size, root, isVector)
        inverseTable = Self.table(log2Size, inverse, isVector)
    }

    private static func table(_ log2Size: Int, _ root: Fr, _ isVector: Bool) -> [Fr] {
        var table: [Fr] = [Fr](repeating: .zero, count: 1 << log2Size)
        unsafe table.withMutableKernelPointer { pointer in
            unsafe vk_fft_table(pointer, UInt32(log2Size), root.raw, isVector)
        }
        return table
    }

    /// How many stages the threads share; the blocks below them are transforms of their own.
    private func sharedStages(threads: Int) -> Int {
        guard threads > 1 else { return 0 }
        // A vector transform has at least 64 values.
        let most = isVector ? log2Size - 6 : log2Size
        return min(most, Int.bitWidth - (threads - 1).leadingZeroBitCount)
    }

    /// Calls `stage` with parts of each block of one shared stage.
    private func runStage(
        _ stage: Int,
        threads: Int,
        _ body: (_ start: Int, _ half: Int, _ part: Range<Int>) -> Void
    ) {
        let half = 1 << (log2Size - 1 - stage)
        // The vector kernels take eight butterflies at a time.
        let unit = isVector ? 8 : 1
        for block in 0..<(1 << stage) {
            ParallelJobs.runParts(of: half / unit, threads: threads, grain: 256) { part in
                body(
                    block * 2 * half,
                    half,
                    part.lowerBound * unit..<part.upperBound * unit
                )
            }
        }
    }

    /// Replaces values at the points by coefficients times the size, in bit-reversed order.
    func interpolateUnscaled(_ values: inout [Fr], threads: Int) {
        precondition(values.count == size, "the values belong to another domain")
        let shared = sharedStages(threads: threads)
        let rest = log2Size - shared
        let isVector = isVector
        unsafe inverseTable.withKernelPointer { table in
            unsafe values.withMutableKernelPointer { data in
                guard let data = unsafe data else { return }
                for stage in 0..<shared {
                    runStage(stage, threads: threads) { start, half, part in
                        unsafe vk_fft_dif_stage(
                            data + start,
                            half,
                            table,
                            isVector,
                            part.lowerBound,
                            part.upperBound
                        )
                    }
                }
                ParallelJobs.run(count: 1 << shared, threads: threads) { block in
                    unsafe vk_fft_dif(data + (block << rest), UInt32(rest), table, isVector)
                }
            }
        }
    }

    /// Replaces coefficients in bit-reversed order by the values at the points.
    func evaluate(_ coefficients: inout [Fr], threads: Int) {
        precondition(coefficients.count == size, "the values belong to another domain")
        let shared = sharedStages(threads: threads)
        let rest = log2Size - shared
        let isVector = isVector
        unsafe forwardTable.withKernelPointer { table in
            unsafe coefficients.withMutableKernelPointer { data in
                guard let data = unsafe data else { return }
                ParallelJobs.run(count: 1 << shared, threads: threads) { block in
                    unsafe vk_fft_dit(data + (block << rest), UInt32(rest), table, isVector)
                }
                for stage in (0..<shared).reversed() {
                    runStage(stage, threads: threads) { start, half, part in
                        unsafe vk_fft_dit_stage(
                            data + start,
                            half,
                            table,
                            isVector,
                            part.lowerBound,
                            part.upperBound
                        )
                    }
                }
            }
        }
    }

    /// Multiplies the coefficient of X^i, wherever bit reversal put it, by start * ratio^i.
    func scaleReversed(_ coefficients: inout [Fr], start: Fr, ratio: Fr, threads: Int) {
        let log2Size = log2Size
        let count = coefficients.count
        unsafe coefficients.withMutableKernelPointer { data in
            ParallelJobs.runParts(of: count, threads: threads) { part in
                unsafe vk_fft_scale_reversed(
                    data,
                    UInt32(log2Size),
                    start.raw,
                    ratio.raw,
                    part.lowerBound,
                    part.upperBound
                )
            }
        }
    }

    /// Returns the coefficients, in natural order, of the polynomial with these values at the points.
    public func coefficients(ofValues values: [Fr], threads: Int) -> [Fr] {
        var result = values
        interpolateUnscaled(&result, threads: threads)
        scaleReversed(&result, start: inverseSize, ratio: .one, threads: threads)
        reverseBits(&result)
        return result
    }

    /// Returns the values at the points of the polynomial with these coefficients, in natural order.
    public func values(ofCoefficients coefficients: [Fr], threads: Int) -> [Fr] {
        var result = coefficients
        reverseBits(&result)
        evaluate(&result, threads: threads)
        return result
    }

    private func reverseBits(_ elements: inout [Fr]) {
        precondition(elements.count == size, "the values belong to another domain")
        let log2Size = log2Size
        unsafe elements.withMutableKernelPointer { data in
            unsafe vk_fft_reverse_bits(data, UInt32(log2Size))
        }
    }

    /// Returns the coefficients of (A * B - C) / Z, where the polynomials are given by their values at the
    /// points and Z = X^size - 1 vanishes at all of them; size - 1 coefficients (the last is zero).
    ///
    /// A and B are moved to the coset 7 * root^i, where Z is the constant 7^size - 1; C only matters there up
    /// to its coefficients, because the way back from the coset is linear. That makes six transforms.
    public func quotient(
        a: consuming [Fr],
        b: consuming [Fr],
        c: consuming [Fr],
        threads: Int
    ) -> [Fr] {
        let shift = Fr.multiplicativeGenerator
        // The power of a generator is one only for multiples of r - 1, so these inverses exist.
        let inverseShift = shift.inverted() ?? .one
        let inverseZ = (shift.power(UInt64(1) << UInt64(log2Size)) - .one).inverted() ?? .one
        interpolateUnscaled(&a, threads: threads)
        scaleReversed(&a, start: inverseSize, ratio: shift, threads: threads)
        evaluate(&a, threads: threads)
        interpolateUnscaled(&b, threads: threads)
        scaleReversed(&b, start: inverseSize, ratio: shift, threads: threads)
        evaluate(&b, threads: threads)
        Fr.multiplyEach(&a, by: b, threads: threads)
        interpolateUnscaled(&a, threads: threads)
        scaleReversed(&a, start: inverseSize, ratio: inverseShift, threads: threads)
        interpolateUnscaled(&c, threads: threads)
        scaleReversed(&c, start: inverseSize, ratio: .one, threads: threads)
        Fr.subtractEach(&a, c, times: inverseZ, threads: threads)
        reverseBits(&a)
        a.removeLast()
        return a
    }

    /// Returns the values at `point` of the Lagrange polynomials: the polynomial i is one at root^i and zero at
    /// the other points of the domain.
    ///
    /// - Returns: Nil if `point` belongs to the domain.
    public func lagrangeValues(at point: Fr) -> [Fr]? {
        // L_i(x) = (x^n - 1) / n * root^i / (x - root^i).
        let z = point.power(UInt64(1) << UInt64(log2Size)) - .one
        guard !z.isZero else { return nil }
        let numerators = Fr.powers(of: root, from: z * inverseSize, count: size)
        var denominators = Fr.powers(of: root, count: size).map { point - $0 }
        Fr.invertAll(&denominators)
        return zip(numerators, denominators).map { $0 * $1 }
    }
}

extension Fr {
    /// Replaces a[i] by a[i] * b[i].
    static func multiplyEach(_ a: inout [Fr], by b: [Fr], threads: Int) {
        precondition(a.count == b.count, "arrays of different length")
        let count = a.count
        unsafe a.withMutableKernelPointer { a in
            unsafe b.withKernelPointer { b in
                guard let a = unsafe a, let b = unsafe b else { return }
                ParallelJobs.runParts(of: count, threads: threads) { part in
                    let from = part.lowerBound
                    unsafe vk_fr_mul_each(a + from, a + from, b + from, part.count)
                }
            }
        }
    }

    /// Replaces a[i] by (a[i] - b[i]) * factor.
    static func subtractEach(_ a: inout [Fr], _ b: [Fr], times factor: Fr, threads: Int) {
        precondition(a.count == b.count, "arrays of different length")
        let count = a.count
        unsafe a.withMutableKernelPointer { a in
            unsafe b.withKernelPointer { b in
                guard let a = unsafe a, let b = unsafe b else { return }
                ParallelJobs.runParts(of: count, threads: threads) { part in
                    let from = part.lowerBound
                    unsafe vk_fr_sub_scale(a + from, b + from, factor.raw, part.count)
                }
            }
        }
    }
}
