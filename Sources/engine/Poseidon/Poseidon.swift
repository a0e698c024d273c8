package import BLS12381
internal import CSealKernels

/// The Poseidon hash over the scalar field of BLS12-381, for one arity.
///
/// Nodes are 32 bytes, little-endian, below the modulus. Many preimages at once run eight to a vector where
/// the processor has AVX-512 IFMA; the caller brings the threads.
@safe
package final class Poseidon: Sendable {
    /// The instances for trees and columns.
    package static let arity2: Poseidon = Poseidon(PoseidonConstants(arity: 2))
    package static let arity4: Poseidon = Poseidon(PoseidonConstants(arity: 4))
    package static let arity8: Poseidon = Poseidon(PoseidonConstants(arity: 8))
    package static let arity11: Poseidon = Poseidon(PoseidonConstants(arity: 11))
    /// The instance of replica updates: arity 2 with a domain of its own.
    package static let replicaUpdate: Poseidon = Poseidon(
        PoseidonConstants(arity2.constants, domain: .custom(1))
    )

    /// The constants of this instance.
    package let constants: PoseidonConstants

    // Written once below and freed in deinit; the kernels only read it, from any thread.
    private nonisolated(unsafe) let kernel: OpaquePointer

    /// The shared instance for trees of an arity of 2, 4, 8 or 11.
    package static func merkleTree(arity: Int) -> Poseidon {
        switch arity {
        case 2: arity2
        case 4: arity4
        case 8: arity8
        case 11: arity11
        default: preconditionFailure("Poseidon of arity \(arity) is not used by Filecoin's sectors")
        }
    }

    /// Prepares the kernel for `constants`.
    package init(_ constants: PoseidonConstants) {
        self.constants = constants
        var elements: [Fr] = [constants.domainTag] + constants.compressedRoundConstants
        elements += constants.mds.elements + constants.preSparse.elements
        for matrix in constants.sparse { elements += matrix.firstColumn + matrix.restOfFirstRow }
        let bytes = elements.flatMap(\.littleEndianBytes)
        guard
            let kernel = unsafe seal_poseidon_make(
                Int32(constants.width),
                Int32(constants.partialRounds),
                bytes
            )
        else { preconditionFailure("no memory for the constants of Poseidon") }
        unsafe self.kernel = kernel
    }

    deinit { unsafe seal_poseidon_free(kernel) }

    /// Whether the fast kernel is used on this machine.
    package static var isAccelerated: Bool { seal_poseidon_is_accelerated() != 0 }

    /// Returns the hash of `arity` field elements.
    package func hash(_ inputs: [Fr]) -> Fr {
        let digest = hash(nodes: inputs.flatMap(\.littleEndianBytes))
        guard let element = Fr(littleEndian: digest) else {
            preconditionFailure("a Poseidon digest is below the modulus")
        }
        return element
    }

    /// Hashes nodes that lie one after the other: each `arity` of them give one digest of 32 bytes.
    ///
    /// - Parameter nodes: A multiple of 32 * arity bytes; every node is below the modulus.
    /// - Returns: The digests, one after the other.
    package func hash(nodes: [UInt8]) -> [UInt8] {
        let size = 32 * constants.arity
        precondition(nodes.count % size == 0, "Poseidon hashes whole preimages")
        let count = nodes.count / size
        return unsafe [UInt8](unsafeUninitializedCapacity: 32 * count) { output, initialized in
            unsafe nodes.withUnsafeBytes { input in
                unsafe hashRow(
                    into: UnsafeMutableRawBufferPointer(output),
                    from: input,
                    count: count
                )
            }
            initialized = 32 * count
        }
    }

    /// Does what ``hash(nodes:)`` does with the plain C kernel, for comparison.
    func hashPortably(nodes: [UInt8]) -> [UInt8] {
        let size = 32 * constants.arity
        let count = nodes.count / size
        return unsafe [UInt8](unsafeUninitializedCapacity: 32 * count) { output, initialized in
            unsafe nodes.withUnsafeBufferPointer { input in
                guard let base = input.baseAddress, let out = output.baseAddress else { return }
                let columns: [UnsafePointer<UInt8>?] = unsafe (0..<constants.arity).map {
                    unsafe base + 32 * $0
                }
                unsafe seal_poseidon_hash_portable(kernel, out, columns, size, count)
            }
            initialized = 32 * count
        }
    }

    /// Hashes a row of a tree: `count` preimages of `arity` nodes each, one after the other.
    @unsafe
    package func hashRow(
        into output: UnsafeMutableRawBufferPointer,
        from input: UnsafeRawBufferPointer,
        count: Int
    ) {
        let arity = constants.arity
        precondition(input.count >= 32 * arity * count && output.count >= 32 * count)
        guard count > 0, let base = input.baseAddress else { return }
        let columns: [UnsafeRawPointer] = unsafe (0..<arity).map { unsafe base + 32 * $0 }
        unsafe run(into: output, columns: columns, stride: 32 * arity, count: count)
    }

    /// Hashes columns: digest i is that of node i of each column.
    ///
    /// - Parameters:
    ///   - output: Room for `count` nodes.
    ///   - columns: `arity` columns of at least `count` nodes.
    ///   - count: The number of digests.
    @unsafe
    package func hashColumns(
        into output: UnsafeMutableRawBufferPointer,
        from columns: [UnsafeRawBufferPointer],
        count: Int
    ) {
        unsafe precondition(columns.count == constants.arity && output.count >= 32 * count)
        var bases: [UnsafeRawPointer] = unsafe []
        for index in 0..<constants.arity {
            let column = unsafe columns[index]
            precondition(column.count >= 32 * count, "a column is shorter than the others")
            guard let base = column.baseAddress else { return }
            unsafe bases.append(base)
        }
        unsafe run(into: output, columns: bases, stride: 32, count: count)
    }

    private func run(
        into output: UnsafeMutableRawBufferPointer,
        columns: [UnsafeRawPointer],
        stride: Int,
        count: Int
    ) {
        guard count > 0, let out = output.baseAddress else { return }
        let pointers: [UnsafePointer<UInt8>?] = unsafe columns.map {
            unsafe $0.assumingMemoryBound(to: UInt8.self)
        }
        unsafe seal_poseidon_hash(
            kernel,
            out.assumingMemoryBound(to: UInt8.self),
            pointers,
            stride,
            count
        )
    }
}
