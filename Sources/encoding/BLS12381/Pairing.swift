internal import CBlst
internal import CFieldKernels

/// The optimal ate pairing of G1 and G2 into the target group.
public enum Pairing {
    /// Returns whether the product of the pairings of all pairs is one.
    ///
    /// A pair with a point at infinity contributes one. The points must lie in their subgroups. Costs about
    /// 140 µs a pair and 260 µs in all.
    public static func productIsOne(_ pairs: [(G1Affine, G2Affine)]) -> Bool {
        var product = blst_fp12()
        finalExponentiation(of: millerLoop(pairs), into: &product)
        return unsafe blst_fp12_is_one(&product)
    }

    /// Returns e(p, q), an element of the target group.
    public static func pair(_ p: G1Affine, _ q: G2Affine) -> TargetElement {
        TargetElement(product: [(p, q)])
    }

    static func millerLoop(_ pairs: [(G1Affine, G2Affine)]) -> blst_fp12 {
        let finite = pairs.filter { !$0.0.isInfinity && !$0.1.isInfinity }
        guard !finite.isEmpty else { return unsafe blst_fp12_one().pointee }
        let left = finite.map(\.0.raw)
        let right = finite.map(\.1.raw)
        var product = blst_fp12()
        unsafe left.withUnsafeBufferPointer { ps in
            unsafe right.withUnsafeBufferPointer { qs in
                // A null after the first pointer means that the points lie one after another.
                let pList: [UnsafePointer<blst_p1_affine>?] = unsafe [ps.baseAddress, nil]
                let qList: [UnsafePointer<blst_p2_affine>?] = unsafe [qs.baseAddress, nil]
                unsafe blst_miller_loop_n(&product, qList, pList, finite.count)
            }
        }
        return product
    }

    static func finalExponentiation(of value: blst_fp12, into result: inout blst_fp12) {
        unsafe withUnsafePointer(to: value) { unsafe blst_final_exp(&result, $0) }
    }
}

/// A point of G2 made ready for pairings: the lines through its multiples, 68 of them (19,584 bytes).
///
/// Worth it for points that stay the same, such as those of a verifying key; and where one of a product's
/// pairs has such a point, for the others too.
public struct PreparedG2: Sendable {
    /// Empty for the point at infinity.
    let lines: [UInt64]

    /// Computes the lines.
    public init(_ point: G2Affine) {
        guard !point.isInfinity else {
            lines = []
            return
        }
        lines = unsafe [UInt64](unsafeUninitializedCapacity: Int(VK_PAIRING_LINE_WORDS)) {
            buffer,
            count in
            unsafe withUnsafePointer(to: point.raw) { point in
                unsafe point.withMemoryRebound(to: UInt64.self, capacity: 24) { point in
                    unsafe vk_pairing_lines(buffer.baseAddress, point)
                }
            }
            count = Int(VK_PAIRING_LINE_WORDS)
        }
    }
}

extension Pairing {
    /// The product of the Miller loops of up to four pairs, which share the squarings.
    static func millerLoop(_ pairs: [(G1Affine, PreparedG2)]) -> blst_fp12 {
        let finite = pairs.filter { !$0.0.isInfinity && !$0.1.lines.isEmpty }
        precondition(finite.count <= Int(VK_PAIRING_MAXIMUM), "a product of too many pairs")
        var product = blst_fp12()
        let points = finite.map(\.0.raw)
        // Copying the lines costs a hundredth of the loop and needs no pointer that outlives its closure.
        let lines = finite.flatMap(\.1.lines)
        unsafe withUnsafeMutableBytes(of: &product) { product in
            unsafe points.withUnsafeBytes { points in
                unsafe vk_pairing_loop(
                    product.assumingMemoryBound(to: UInt64.self).baseAddress,
                    lines,
                    points.assumingMemoryBound(to: UInt64.self).baseAddress,
                    finite.count
                )
            }
        }
        return product
    }
}

/// An element of the target group of the pairing.
@safe public struct TargetElement: Sendable, Equatable {
    var raw: blst_fp12

    /// The product of the pairings of all pairs.
    public init(product pairs: [(G1Affine, G2Affine)]) {
        raw = blst_fp12()
        Pairing.finalExponentiation(of: Pairing.millerLoop(pairs), into: &raw)
    }

    /// The product of the pairings of up to four pairs.
    public init(product pairs: [(G1Affine, PreparedG2)]) {
        raw = blst_fp12()
        Pairing.finalExponentiation(of: Pairing.millerLoop(pairs), into: &raw)
    }

    public static func == (a: Self, b: Self) -> Bool {
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_fp12_is_equal(left, right)
            }
        }
    }
}
