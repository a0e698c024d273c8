import BLS12381
import Poseidon
import ProofSystem
import StorageCircuits
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct GadgetTests {
    @Test(arguments: [2, 4, 8, 11])
    func `a Poseidon hash has the reference's constraints`(_ arity: Int) throws {
        let name = "poseidon-\(arity)"
        let constants = Poseidon.merkleTree(arity: arity).constants
        try GadgetVector.load(name).check { system in
            let inputs = (0..<arity).map { system.allocate(val("\(name)/\($0)")) }
            _ = system.poseidon(inputs, constants)
        }
    }

    @Test func `a Poseidon hash for replica updates has the reference's constraints`() throws {
        let name = "poseidon-2-custom1"
        try GadgetVector.load(name).check { system in
            let inputs = (0..<2).map { system.allocate(val("\(name)/\($0)")) }
            _ = system.poseidon(inputs, Poseidon.replicaUpdate.constants)
        }
    }

    @Test(arguments: [
        (2, 0), (2, 1), (4, 0), (4, 1), (4, 3), (8, 0), (8, 1), (8, 7), (16, 0), (16, 1), (16, 15),
    ])
    func `an insertion has the reference's constraints`(_ arity: Int, _ index: Int) throws {
        try GadgetVector.load("insert-\(arity)-at-\(index)").check { system in
            let siblings = (0..<arity - 1).map { system.allocate(val("insert/\($0)")) }
            let element = system.allocate(val("insert/e"))
            let bits = system.allocateBits(
                of: UInt64(index),
                count: arity.trailingZeroBitCount
            )
            _ = system.insert(element, at: bits, into: siblings)
        }
    }

    @Test(arguments: [2, 4, 8, 16])
    func `a selection has the reference's constraints`(_ count: Int) throws {
        try GadgetVector.load("select-\(count)").check { system in
            let elements = (0..<count).map { system.allocate(val("select/\($0)")) }
            let bits = system.allocateBits(
                of: UInt64(count - 2),
                count: count.trailingZeroBitCount
            )
            _ = system.select(from: elements, at: bits)
        }
    }

    @Test(arguments: [
        ("8-0-0-64", 37, [8, 8]), ("8-2-0-128", 101, [8, 8, 2]), ("8-4-2-64", 45, [8, 4, 2]),
        ("8-8-0-512", 443, [8, 8, 8]), ("8-8-2-1024", 917, [8, 8, 8, 2]),
    ])
    func `an inclusion proof has the reference's constraints`(
        _ shape: String,
        _ index: Int,
        _ arities: [Int]
    ) throws {
        let name = "por-poseidon-\(shape)"
        let vector = try GadgetVector.load(name)
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
            root = Poseidon.merkleTree(arity: arity).hash(children)
            rest /= arity
        }
        let path = InclusionPath(levels: levels)
        #expect(path.leafIndex == UInt64(index))
        vector.check { system in
            let rootNum = system.allocate(root)
            let leafNum = system.allocate(leaf)
            system.enforceInclusion(of: leafNum, along: path, in: rootNum)
        }
    }

    @Test func `number gadgets have the reference's constraints`() throws {
        try GadgetVector.load("num-inputize").check { system in
            system.makeInput(system.allocate(val("inputize")))
        }
        try GadgetVector.load("num-to-bits-le").check { system in
            _ = system.bits(of: system.allocate(val("to-bits")))
        }
        try GadgetVector.load("u64-into-boolean-vec-le").check { system in
            _ = system.allocateBits(of: 0x0123_4567_89ab_cdef, count: 64)
        }
        try GadgetVector.load("uint64").check { system in
            system.packIntoInputs(system.allocateBits(of: 0xfedc_ba98_7654_3210, count: 64))
        }
        try GadgetVector.load("pick").check { system in
            let a = system.allocate(val("pick/a"))
            let b = system.allocate(val("pick/b"))
            let bit = Boolean.is(system.allocateBit(true))
            _ = system.pick(bit, a, b)
            _ = system.pick(!bit, a, b)
        }
        try GadgetVector.load("constraint-helpers").check { system in
            // The names are those of the reference's helpers.
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

    @Test(arguments: [1, 64, 253, 254])
    func `packed bits have the reference's constraints`(_ count: Int) throws {
        try GadgetVector.load("pack-bits-\(count)").check { system in
            let bits = (0..<count).map {
                Boolean.is(system.allocateBit(($0 * 7 + 3) % 5 < 2))
            }
            _ = system.pack(bits)
        }
    }

    @Test(arguments: [64, 254, 255, 300, 508])
    func `bits packed into inputs have the reference's constraints`(_ count: Int) throws {
        try GadgetVector.load("pack-into-inputs-\(count)").check { system in
            let bits = (0..<count).map {
                Boolean.is(system.allocateBit(($0 * 7 + 3) % 5 < 2))
            }
            system.packIntoInputs(bits)
        }
    }

    /// All combinations of operands that are bits, negated bits and constants.
    static func combinations(
        _ operands: Int,
        _ system: ConstraintSystem,
        _ operation: ([Boolean]) -> Void
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
            operation(values)
        }
    }

    @Test func `boolean gadgets have the reference's constraints`() throws {
        try GadgetVector.load("bool-xor").check { system in
            Self.combinations(2, system) { _ = system.xor($0[0], $0[1]) }
        }
        try GadgetVector.load("bool-and").check { system in
            Self.combinations(2, system) { _ = system.and($0[0], $0[1]) }
        }
        try GadgetVector.load("bool-ch").check { system in
            Self.combinations(3, system) { _ = system.choice($0[0], $0[1], $0[2]) }
        }
        try GadgetVector.load("bool-maj").check { system in
            Self.combinations(3, system) { _ = system.majority($0[0], $0[1], $0[2]) }
        }
    }
}
