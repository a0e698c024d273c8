import BLS12381
import Hashing

/// Which variables occur in the A and B combinations, one bit each.
///
/// The parameters hold no point for a variable that does not occur, so prover and generator need the same
/// sets. A variable occurs if it has a non-zero coefficient in some constraint.
package struct Density: Hashable, Sendable {
    package private(set) var aAuxiliary: BitSet = BitSet()
    package private(set) var bInput: BitSet = BitSet()
    package private(set) var bAuxiliary: BitSet = BitSet()

    package init() {}

    package mutating func add(_ a: LinearCombination, _ b: LinearCombination) {
        for term in a.terms where !term.variable.isInput { aAuxiliary.insert(term.variable.index) }
        for term in b.terms {
            if term.variable.isInput {
                bInput.insert(term.variable.index)
            } else {
                bAuxiliary.insert(term.variable.index)
            }
        }
    }
}

/// A set of small integers as a bitmap.
package struct BitSet: Hashable, Sendable {
    /// The number of members.
    package private(set) var count: Int = 0
    private var words: [UInt64] = []

    package init() {}

    package mutating func insert(_ index: Int) {
        let word = index >> 6
        while words.count <= word { words.append(0) }
        let bit: UInt64 = 1 << UInt64(index & 63)
        if words[word] & bit == 0 {
            words[word] |= bit
            count += 1
        }
    }

    package func contains(_ index: Int) -> Bool {
        let word = index >> 6
        return word < words.count && words[word] & (1 << UInt64(index & 63)) != 0
    }

    /// The bitmap of the first `size` integers: integer i is bit i % 8 of byte i / 8.
    package func bytes(size: Int) -> [UInt8] {
        (0..<(size + 7) / 8).map { index in
            let word = index >> 3
            guard word < words.count else { return 0 }
            return UInt8(truncatingIfNeeded: words[word] >> UInt64(8 * (index & 7)))
        }
    }
}

/// Collects the density alone.
package final class DensitySink: ConstraintSink {
    package private(set) var density: Density = Density()

    package init() {}

    package func receive(
        _ a: LinearCombination,
        _ b: LinearCombination,
        _ c: LinearCombination
    ) {
        density.add(a, b)
    }
}

/// Keeps all constraints, for small circuits in tests and listings.
package final class ConstraintList: ConstraintSink {
    package typealias Constraint = (
        a: [LinearCombination.Term], b: [LinearCombination.Term], c: [LinearCombination.Term]
    )

    package private(set) var constraints: [Constraint] = []

    package init() {}

    package func receive(
        _ a: LinearCombination,
        _ b: LinearCombination,
        _ c: LinearCombination
    ) {
        constraints.append((a.terms, b.terms, c.terms))
    }
}

/// Computes a canonical digest of a circuit's constraints, with densities and running digests.
///
/// For every constraint in order, for its A, B and C combination: the number of terms (u32, little-endian),
/// then per term a byte (0 input, 1 auxiliary), the number of the variable (u32) and the coefficient (32
/// bytes, little-endian). The digest is the SHA-256 of everything.
package final class DigestSink: ConstraintSink {
    /// The total number of terms in A, B and C.
    package private(set) var termCounts: (a: Int, b: Int, c: Int) = (0, 0, 0)
    package private(set) var density: Density = Density()
    /// The first 8 bytes of the running digest after every `prefixInterval` constraints.
    package private(set) var prefixes: [[UInt8]] = []

    private let prefixInterval: Int
    private var constraintCount: Int = 0
    private var hasher: SHA256 = SHA256()
    private var buffer: [UInt8] = []
    // Coefficients repeat; converting one out of Montgomery form and to bytes is the larger part of the work.
    private var encodings: [Fr: [UInt8]] = [:]

    /// Creates a sink.
    ///
    /// - Parameter prefixInterval: How many constraints lie between two running digests; 0 for none.
    package init(prefixInterval: Int = 0) {
        self.prefixInterval = prefixInterval
        buffer.reserveCapacity(Self.bufferSize)
    }

    private static let bufferSize: Int = 1 << 16

    package func receive(
        _ a: LinearCombination,
        _ b: LinearCombination,
        _ c: LinearCombination
    ) {
        density.add(a, b)
        termCounts.a += a.terms.count
        termCounts.b += b.terms.count
        termCounts.c += c.terms.count
        append(a.terms)
        append(b.terms)
        append(c.terms)
        constraintCount += 1
        if prefixInterval > 0, constraintCount % prefixInterval == 0 {
            prefixes.append(Array(digest.prefix(8)))
        }
    }

    /// The digest of all constraints so far.
    package var digest: [UInt8] {
        hasher.update(buffer)
        buffer.removeAll(keepingCapacity: true)
        return hasher.finish()
    }

    private func append(_ terms: [LinearCombination.Term]) {
        append(UInt32(terms.count))
        for term in terms {
            buffer.append(term.variable.isInput ? 0 : 1)
            append(UInt32(term.variable.index))
            if let known = encodings[term.coefficient] {
                buffer += known
            } else {
                let encoding = term.coefficient.littleEndianBytes
                if encodings.count < 1 << 16 { encodings[term.coefficient] = encoding }
                buffer += encoding
            }
        }
        if buffer.count > Self.bufferSize {
            hasher.update(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    private func append(_ value: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] {
            buffer.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
