import BLS12381
import Conformance
import Hashing
import Poseidon
import ProofSystem
import StorageCircuits

/// The gadgets that the circuits are made of, by the names of the recordings.
///
/// Which values are allocated in which order is what the recordings' descriptions say.
struct Gadget: Sendable {
    let synthesize: @Sendable (ConstraintSystem) -> Void

    /// Finds a gadget.
    ///
    /// - Parameters:
    ///   - name: Such as `insert-8-at-7`.
    ///   - description: What is allocated; numbers are read from it.
    /// - Throws: A reason to skip for gadgets that are not built.
    init(named name: String, description: String) throws {
        if let reason = Self.reasonForMissing(name) { throw KnownFile.Skip(reason: reason) }
        let parts = name.split(separator: "-").map(String.init)
        let found =
            try Self.poseidon(name, parts) ?? Self.insertion(parts) ?? Self.inclusion(
                name,
                description
            ) ?? Self.sha256(name, parts, description) ?? Self.words(name)
            ?? Self.bits(name, description) ?? Self.numbers(name)
        guard let found else {
            throw KnownFile.Skip(reason: "a gadget that is not built")
        }
        synthesize = found
    }

    typealias Synthesis = @Sendable (ConstraintSystem) -> Void

    private static func reasonForMissing(_ name: String) -> String? {
        if name.hasPrefix("update-") || name.hasPrefix("por-nochallenge-") {
            return "a gadget of SnapDeals, which follows"
        }
        let unused = [
            "field-into-allocated-bits-le", "field-into-boolean-vec-le", "num-to-bits-le-strict",
            "num-mul-square-nonzero-reverse",
        ]
        return unused.contains(name) ? "a gadget that no circuit here uses" : nil
    }

    // MARK: - Hashes

    private static func poseidon(_ name: String, _ parts: [String]) -> Synthesis? {
        guard parts[0] == "poseidon", parts.count >= 2, let arity = Int(parts[1]),
            [2, 4, 8, 11].contains(arity)
        else { return nil }
        let constants: PoseidonConstants
        switch parts.dropFirst(2) {
        case []: constants = Poseidon.merkleTree(arity: arity).constants
        case ["custom1"] where arity == 2: constants = Poseidon.replicaUpdate.constants
        default: return nil
        }
        return { system in
            let inputs = (0..<arity).map { system.allocate(val("\(name)/\($0)")) }
            _ = system.poseidon(inputs, constants)
        }
    }

    /// The bits of bytes, most significant first, each allocated.
    private static func allocate(_ bytes: [UInt8], _ system: ConstraintSystem) -> [Boolean] {
        bytes.flatMap { byte in
            (0..<8).map { .is(system.allocateBit((byte >> (7 - UInt8($0))) & 1 == 1)) }
        }
    }

    private static func sha256(
        _ name: String,
        _ parts: [String],
        _ description: String
    ) -> Synthesis? {
        if name == "sha256-hash2" || name == "sha256-node-hash" {
            return { system in
                let left = system.allocate(val("node/l"))
                let right = system.allocate(val("node/r"))
                _ = system.sha256Node(left, right)
            }
        }
        if parts[0] == "sha256", parts.count == 2, parts[1].hasSuffix("B"),
            let count = Int(parts[1].dropLast())
        {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 + 7) }
            return { system in _ = system.sha256(allocate(message, system)) }
        }
        guard name.hasPrefix("create-label-layer"),
            let layer = UInt32(name.dropFirst("create-label-layer".count)),
            let node = hexadecimal(in: description)
        else { return nil }
        return { system in
            let replicaID = allocate(val("label/replica").littleEndianBytes, system)
            let parents = (0..<(layer == 1 ? 6 : 14)).map {
                allocate(val("label/parent/\($0)").littleEndianBytes, system)
            }
            let bits = system.allocateBits(of: node, count: 64)
            _ = system.label(replicaID: replicaID, layer: layer, node: bits, parents: parents)
        }
    }

    /// The first number in hexadecimal that a text has.
    private static func hexadecimal(in text: String) -> UInt64? {
        guard let start = text.firstRange(of: "0x")?.upperBound else { return nil }
        return UInt64(text[start...].prefix(while: \.isHexDigit), radix: 16)
    }

    // MARK: - Trees

    private static func insertion(_ parts: [String]) -> Synthesis? {
        if parts[0] == "insert", parts.count == 4, let arity = Int(parts[1]),
            let index = UInt64(parts[3]), [2, 4, 8, 16].contains(arity), index < arity
        {
            return { system in
                let siblings = (0..<arity - 1).map { system.allocate(val("insert/\($0)")) }
                let element = system.allocate(val("insert/e"))
                let bits = system.allocateBits(of: index, count: arity.trailingZeroBitCount)
                _ = system.insert(element, at: bits, into: siblings)
            }
        }
        guard parts[0] == "select", parts.count == 2, let count = Int(parts[1]), count >= 2,
            count.nonzeroBitCount == 1
        else { return nil }
        return { system in
            let elements = (0..<count).map { system.allocate(val("select/\($0)")) }
            let bits = system.allocateBits(
                of: UInt64(count - 2),
                count: count.trailingZeroBitCount
            )
            _ = system.select(from: elements, at: bits)
        }
    }

    /// `index 101; ... arities per level [8, 8, 2]`.
    private static func inclusion(_ name: String, _ description: String) throws -> Synthesis? {
        guard name.hasPrefix("por-poseidon-") || name.hasPrefix("por-sha256-") else { return nil }
        guard let index = number(after: "index ", in: description),
            let start = description.firstRange(of: "arities per level [")?.upperBound
        else { throw TestDataError("description names no index and arities") }
        let arities = description[start...].prefix { $0 != "]" }.split(separator: ",").compactMap {
            Int($0.drop { $0 == " " })
        }
        let isPoseidon = name.hasPrefix("por-poseidon-")
        guard arities.allSatisfy({ isPoseidon ? [2, 4, 8].contains($0) : $0 == 2 }) else {
            throw TestDataError("description names the arities \(arities)")
        }
        let leaf = val("\(name)/leaf")
        var rest = index
        var levels: [InclusionPath.Level] = []
        var root = leaf
        for (number, arity) in arities.enumerated() {
            // The siblings' names count the other children of the level.
            let siblings = (0..<arity - 1).map { val("\(name)/\(number)/\($0)") }
            levels.append(InclusionPath.Level(siblings: siblings, index: rest % arity))
            var children = siblings
            children.insert(root, at: rest % arity)
            root =
                isPoseidon
                ? Poseidon.merkleTree(arity: arity).hash(children) : sha256Node(children)
            rest /= arity
        }
        let path = InclusionPath(levels: levels)
        return { [root] system in
            let rootNum = system.allocate(root)
            let leafNum = system.allocate(leaf)
            if isPoseidon {
                system.enforceInclusion(of: leafNum, along: path, in: rootNum)
            } else {
                system.enforceSHA256Inclusion(of: leafNum, along: path, in: rootNum)
            }
        }
    }

    private static func sha256Node(_ children: [Fr]) -> Fr {
        var digest = SHA256.hash(Fr.littleEndianBytes(of: children))
        digest[31] &= 0x3f
        return Fr(littleEndian: digest) ?? .zero
    }

    // MARK: - Words and bits

    private static func word(_ name: String, _ system: ConstraintSystem) -> UInt32Gadget {
        let bytes = SHA256.hash(Array(name.utf8))
        let value = (0..<4).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        return UInt32Gadget(bits: system.allocateBits(of: value, count: 32))
    }

    private static func words(_ name: String) -> Synthesis? {
        guard name.hasPrefix("uint32-addmany-") else { return nil }
        let rest = name.dropFirst("uint32-addmany-".count)
        if rest == "const" {
            return { system in
                let x0 = word("addmany/0", system)
                let x1 = word("addmany/1", system)
                let first = [
                    UInt32Gadget(constant: 0x428a_2f98), x0, UInt32Gadget(constant: 0xffff_ffff),
                    x1,
                ]
                let others = [[UInt32Gadget]](repeating: [x0, x1], count: 8)
                _ = system.sums([first] + others)
            }
        }
        guard let count = Int(rest), (2...10).contains(count) else { return nil }
        return { system in
            let words = (0..<count).map { word("addmany/\($0)", system) }
            _ = system.sums([words])
        }
    }

    private static func allocated(_ count: Int, _ system: ConstraintSystem) -> [Boolean] {
        (0..<count).map { .is(system.allocateBit(($0 * 7 + 3) % 5 < 2)) }
    }

    private static func bits(_ name: String, _ description: String) -> Synthesis? {
        if name.hasPrefix("pack-bits-"), let count = Int(name.dropFirst("pack-bits-".count)),
            (1...ConstraintSystem.capacity).contains(count)
        {
            return { system in _ = system.pack(allocated(count, system)) }
        }
        if name.hasPrefix("pack-into-inputs-"),
            let count = Int(name.dropFirst("pack-into-inputs-".count))
        {
            return { system in system.packIntoInputs(allocated(count, system)) }
        }
        switch name {
        case "bool-xor":
            return { combinations(2, $0) { system, bits in _ = system.xor(bits[0], bits[1]) } }
        case "bool-and":
            return { combinations(2, $0) { system, bits in _ = system.and(bits[0], bits[1]) } }
        case "bool-ch":
            return {
                combinations(3, $0) { system, bits in _ = system.choice(bits[0], bits[1], bits[2]) }
            }
        case "bool-maj":
            return {
                combinations(3, $0) { system, bits in
                    _ = system.majority(bits[0], bits[1], bits[2])
                }
            }
        case "u64-into-boolean-vec-le":
            guard let number = hexadecimal(in: description) else { return nil }
            return { system in _ = system.allocateBits(of: number, count: 64) }
        case "uint64":
            guard let number = hexadecimal(in: description) else { return nil }
            return { system in
                system.packIntoInputs(system.allocateBits(of: number, count: 64))
            }
        default: return nil
        }
    }

    /// All combinations of operands that are bits, negated bits and constants, the last operand fastest.
    private static func combinations(
        _ operands: Int,
        _ system: ConstraintSystem,
        _ operation: (ConstraintSystem, [Boolean]) -> Void
    ) {
        for combination in 0..<(1 << (2 * operands)) {
            let values = (0..<operands).map { position -> Boolean in
                let kind = (combination >> (2 * (operands - 1 - position))) & 3
                let isSet = (combination + position) % 2 == 1
                switch kind {
                case 0: return .is(system.allocateBit(isSet))
                case 1: return .not(system.allocateBit(isSet))
                case 2: return .constant(false)
                default: return .constant(true)
                }
            }
            operation(system, values)
        }
    }

    // MARK: - Numbers

    private static func numbers(_ name: String) -> Synthesis? {
        switch name {
        case "num-inputize":
            return { system in system.makeInput(system.allocate(val("inputize"))) }
        case "num-to-bits-le":
            return { system in _ = system.bits(of: system.allocate(val("to-bits"))) }
        case "reverse-bit-numbering":
            return { system in
                let bits = system.reversingBytes(system.bits(of: system.allocate(val("rbn"))))
                // The recording packs what is left without the constant that fills the last byte.
                let allocated = bits.filter { if case .is = $0 { true } else { false } }
                _ = system.pack(Array(allocated.prefix(ConstraintSystem.capacity)))
            }
        case "pick":
            return { system in
                let a = system.allocate(val("pick/a"))
                let b = system.allocate(val("pick/b"))
                let bit = Boolean.is(system.allocateBit(true))
                _ = system.pick(bit, a, b)
                _ = system.pick(!bit, a, b)
            }
        case "constraint-helpers": return constraintHelpers
        default: return nil
        }
    }

    /// The names are those of the reference's helpers.
    @Sendable private static func constraintHelpers(_ system: ConstraintSystem) {
        let a = system.allocate(val("c/a"))
        let b = system.allocate(val("c/b"))
        let s = system.allocate(a.value + b.value)
        let d = system.allocate(a.value - b.value)
        system.enforceEqual(a, a)
        var sum = system.combination(a)
        sum.add(b)
        system.enforce(sum, equals: s)
        _ = system.add(a, b)
        _ = system.subtract(a, b)
        var total = system.combination(b)
        total.add(d)
        system.enforce(total, equals: a)
        _ = system.add(a, b)
        // Decoding takes the key first: what is left of the replica without the key.
        _ = system.subtract(b, a)
    }
}
