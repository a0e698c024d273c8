import BLS12381
import TestSupport
import Testing

@Suite struct FieldAndPointTests {
    static let modulusLimbs: [UInt64] = [
        0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805,
        0x73ed_a753_299d_7d48,
    ]

    @Test func `the modulus is refused and the number below it accepted`() {
        let m = Self.modulusLimbs
        #expect(Fr(canonicalLimbs: (m[0], m[1], m[2], m[3])) == nil)
        #expect(Fr(canonicalLimbs: (m[0] - 1, m[1], m[2], m[3])) == -Fr.one)
        #expect(Fr(littleEndian: [UInt8](repeating: 0xff, count: 32)) == nil)
        #expect(Fr(littleEndian: [UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test func `the generator's powers are the listed roots of unity`() {
        // 7^((r-1)/2^32), printed by bellperson as ROOT_OF_UNITY.
        #expect(
            Fr.rootOfUnity.description
                == "0x16a2a19edfe81f20d09b681922c813b4b63683508c2280b93829971f439f0d2b"
        )
        var root = Fr.rootOfUnity
        for _ in 0..<31 { root = root.squared() }
        #expect(root == -Fr.one)
    }

    @Test func `arithmetic obeys the field's laws`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1_000 {
            let a = Fr.random(using: &generator)
            let b = Fr.random(using: &generator)
            let c = Fr.random(using: &generator)
            #expect((a + b) * c == a * c + b * c, "seed \(generator.seed)")
            #expect(a - b == -(b - a))
            #expect(a.squared() == a * a)
            #expect(a * (a.inverted() ?? .zero) == .one)
            #expect(Fr(littleEndian: a.littleEndianBytes) == a)
            #expect(Fr(bigEndian: a.bigEndianBytes) == a)
        }
        #expect(Fr.zero.inverted() == nil)
        #expect(Fr(3) * Fr(5) == Fr(15))
        #expect(Fr(7).power(3) == Fr(343))
    }

    @Test func `bulk operations equal the single ones`() {
        var generator = SeededGenerator(seed: 2)
        var elements = (0..<100).map { _ in Fr.random(using: &generator) }
        elements[17] = .zero
        let original = elements
        Fr.invertAll(&elements)
        for (inverse, element) in zip(elements, original) {
            #expect(inverse == (element.inverted() ?? .zero))
        }
        var sum = Fr.zero
        for (a, b) in zip(elements, original) { sum += a * b }
        #expect(Fr.dot(elements, original) == sum)
        #expect(sum == Fr(99))
        #expect(Fr.powers(of: Fr(2), count: 9).last == Fr(256))
        #expect(Fr.littleEndianBytes(of: original) == original.flatMap(\.littleEndianBytes))
    }

    @Test func `points keep their encodings and multiply as the group does`() throws {
        var generator = SeededGenerator(seed: 3)
        let a = Fr.random(using: &generator)
        let b = Fr.random(using: &generator)
        let p = (G1.generator * a).affine
        let q = (G2.generator * b).affine
        #expect(try G1Affine(compressed: p.compressed) == p)
        #expect(try G1Affine(uncompressed: p.uncompressed) == p)
        #expect(try G2Affine(compressed: q.compressed) == q)
        #expect(try G2Affine(uncompressed: q.uncompressed) == q)
        #expect((G1(p) * b) == G1.generator * (a * b))
        #expect(G1(p) + (-p) == .zero)
        #expect(G2(q) + q == G2.generator * (b + b))
        #expect(G1Affine.infinity.compressed[0] == 0xc0)
        #expect(try G1Affine(compressed: G1Affine.infinity.compressed).isInfinity)
        #expect((G1.generator * .zero).affine.isInfinity)
    }

    @Test func `pairings with prepared lines give what others give`() {
        let points = (1...4).map { (G1.generator * Fr(UInt64($0 * 71))).affine }
        let others = (1...4).map { (G2.generator * Fr(UInt64($0 * 39 + 5))).affine }
        for count in 0...4 {
            let pairs = Array(zip(points, others).prefix(count))
            let prepared = pairs.map { ($0.0, PreparedG2($0.1)) }
            #expect(TargetElement(product: pairs) == TargetElement(product: prepared))
        }
        let none = [(points[0], PreparedG2(.infinity)), (.infinity, PreparedG2(others[0]))]
        #expect(TargetElement(product: none) == TargetElement(product: [(G1Affine, G2Affine)]()))
    }

    @Test func `the pairing is bilinear`() {
        var generator = SeededGenerator(seed: 4)
        let a = Fr.random(using: &generator)
        let b = Fr.random(using: &generator)
        let p = (G1.generator * a).affine
        let q = (G2.generator * b).affine
        let base = -(G1.generator * (a * b)).affine
        #expect(Pairing.productIsOne([(p, q), (base, .generator)]))
        #expect(!Pairing.productIsOne([(p, q), (base, q)]))
        #expect(Pairing.productIsOne([(.infinity, q), (p, .infinity)]))
        #expect(
            Pairing.pair(p, q) == Pairing.pair((G1.generator * (a * b)).affine, .generator)
        )
    }
}
