import BLS12381
import Hashing
import Poseidon
import ProofSystem
import StorageCircuits
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct SHA256GadgetTests {
    /// The bits of bytes, most significant first, each allocated.
    static func allocate(_ bytes: [UInt8], _ system: ConstraintSystem) -> [Boolean] {
        bytes.flatMap { byte in
            (0..<8).map { .is(system.allocateBit((byte >> (7 - UInt8($0))) & 1 == 1)) }
        }
    }

    static func word(_ name: String, _ system: ConstraintSystem) -> UInt32Gadget {
        let bytes = SHA256.hash(Array(name.utf8))
        let value = (0..<4).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        return UInt32Gadget(bits: system.allocateBits(of: value, count: 32))
    }

    @Test(arguments: [2, 3, 4, 5, 6, 7, 8, 9, 10])
    func `a sum of words has the reference's constraints`(_ count: Int) throws {
        try GadgetVector.load("uint32-addmany-\(count)").check { system in
            let words = (0..<count).map { Self.word("addmany/\($0)", system) }
            _ = system.sums([words])
        }
    }

    @Test func `sums with constants share constraints as the reference's do`() throws {
        try GadgetVector.load("uint32-addmany-const").check { system in
            let x0 = Self.word("addmany/0", system)
            let x1 = Self.word("addmany/1", system)
            let first = [
                UInt32Gadget(constant: 0x428a_2f98), x0, UInt32Gadget(constant: 0xffff_ffff), x1,
            ]
            _ = system.sums([first] + [[UInt32Gadget]](repeating: [x0, x1], count: 8))
        }
    }

    @Test(arguments: [0, 1, 32, 55, 56, 64, 119])
    func `SHA-256 of a message has the reference's constraints`(_ count: Int) throws {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 + 7) }
        try GadgetVector.load("sha256-\(count)B").check { system in
            let digest = system.sha256(Self.allocate(message, system))
            let bytes = stride(from: 0, to: 256, by: 8).map { start in
                digest[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1.value ? 1 : 0) }
            }
            #expect(bytes == SHA256.hash(message))
        }
    }

    @Test func `nodes of trimmed SHA-256 have the reference's constraints`() throws {
        for name in ["sha256-hash2", "sha256-node-hash"] {
            try GadgetVector.load(name).check { system in
                let left = system.allocate(val("node/l"))
                let right = system.allocate(val("node/r"))
                _ = system.sha256Node(left, right)
            }
        }
        try GadgetVector.load("reverse-bit-numbering").check { system in
            let bits = system.reversingBytes(system.bits(of: system.allocate(val("rbn"))))
            // The recording packs what is left without the constant that fills the last byte.
            let allocated = bits.filter { if case .is = $0 { true } else { false } }
            _ = system.pack(Array(allocated.prefix(254)))
        }
    }

    @Test func `an inclusion proof of trimmed SHA-256 has the reference's constraints`() throws {
        let name = "por-sha256-2-0-0-4"
        func node(_ left: Fr, _ right: Fr) -> Fr {
            var digest = SHA256.hash(left.littleEndianBytes + right.littleEndianBytes)
            digest[31] &= 0x3f
            return Fr(littleEndian: digest) ?? .zero
        }
        let leaf = val("\(name)/leaf")
        let siblings = [val("\(name)/0/0"), val("\(name)/1/0")]
        // Leaf 2: first a left child, then a right one.
        let root = node(siblings[1], node(leaf, siblings[0]))
        let path = InclusionPath(levels: [
            InclusionPath.Level(siblings: [siblings[0]], index: 0),
            InclusionPath.Level(siblings: [siblings[1]], index: 1),
        ])
        try GadgetVector.load(name).check { system in
            let rootNum = system.allocate(root)
            let leafNum = system.allocate(leaf)
            system.enforceSHA256Inclusion(of: leafNum, along: path, in: rootNum)
        }
    }

    #if !DEBUG
    @Test(arguments: [1, 2])
    func `a label has the reference's constraints`(_ layer: Int) throws {
        func node(_ name: String) -> [UInt8] {
            var bytes = SHA256.hash(Array(name.utf8))
            bytes[31] &= 0x3f
            return bytes
        }
        try GadgetVector.load("create-label-layer\(layer)").check { system in
            let replicaID = Self.allocate(node("label/replica"), system)
            let parents = (0..<(layer == 1 ? 6 : 14)).map {
                Self.allocate(node("label/parent/\($0)"), system)
            }
            let bits = system.allocateBits(of: 0x1234, count: 64)
            _ = system.label(
                replicaID: replicaID,
                layer: UInt32(layer),
                node: bits,
                parents: parents
            )
        }
    }
    #endif
}
