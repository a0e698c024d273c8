package import BLS12381

/// A Groth16 proof: 192 bytes, three compressed points.
package struct Proof: Hashable, Sendable {
    package let a: G1Affine
    package let b: G2Affine
    package let c: G1Affine

    /// The size of an encoded proof.
    package static let byteCount: Int = 192

    package init(a: G1Affine, b: G2Affine, c: G1Affine) {
        self.a = a
        self.b = b
        self.c = c
    }

    /// Reads a proof; refuses points at infinity and points outside the subgroups.
    package init(bytes: [UInt8]) throws(Groth16FormatError) {
        guard bytes.count == Self.byteCount else {
            throw .wrongLength(what: "a proof", expected: Self.byteCount, found: bytes.count)
        }
        do {
            a = try G1Affine(compressed: Array(bytes[0..<48]))
            b = try G2Affine(compressed: Array(bytes[48..<144]))
            c = try G1Affine(compressed: Array(bytes[144..<192]))
        } catch {
            throw .invalidPoint(what: "a proof", error)
        }
        guard !a.isInfinity, !b.isInfinity, !c.isInfinity else {
            throw .invalidPoint(what: "a proof", .infinity)
        }
    }

    /// Reads the concatenated proofs of several partitions.
    package static func list(bytes: [UInt8], count: Int) throws(Groth16FormatError) -> [Proof] {
        guard count >= 0, bytes.count == count * byteCount else {
            throw .wrongLength(
                what: "\(count) proofs",
                expected: count * byteCount,
                found: bytes.count
            )
        }
        var proofs: [Proof] = []
        for index in 0..<count {
            proofs.append(
                try Proof(bytes: Array(bytes[index * byteCount..<(index + 1) * byteCount]))
            )
        }
        return proofs
    }

    /// The encoding: A (48), B (96), C (48).
    package var bytes: [UInt8] { a.compressed + b.compressed + c.compressed }
}
