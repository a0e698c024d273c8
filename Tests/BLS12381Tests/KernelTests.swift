import BLS12381
import TestSupport
import Testing

@Suite struct KernelTests {
    /// Points with known logarithms: multiples of the generator.
    static func points(_ logarithms: [Fr]) -> ([G1Affine], [G2Affine]) {
        (
            logarithms.map { (G1.generator * $0).affine },
            logarithms.map { (G2.generator * $0).affine }
        )
    }

    @Test(arguments: [0, 1, 2, 3, 31, 200, 5_000])
    func `a multi-exponentiation equals the exponent's dot product`(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        var logarithms: [Fr] = []
        var scalars: [Fr] = []
        for index in 0..<count {
            // Equal, opposite and infinite points meet in one bucket; scalars are also 0, 1, -1 and small.
            switch index % 7 {
            case 3: logarithms.append(logarithms[index - 1])
            case 4: logarithms.append(-logarithms[index - 1])
            case 5: logarithms.append(.zero)
            default: logarithms.append(Fr(generator.next() >> 40))
            }
            switch index % 11 {
            case 0: scalars.append(.one)
            case 1: scalars.append(.zero)
            case 2: scalars.append(-.one)
            case 3, 4: scalars.append(Fr(77))
            case 5: scalars.append(Fr(generator.next()))
            default: scalars.append(Fr.random(using: &generator))
            }
        }
        let (g1, g2) = Self.points(logarithms)
        let expected = Fr.dot(logarithms, scalars)
        for (threads, isPortable) in [(1, false), (3, false), (1, true), (2, true)] {
            let sum1 = MultiExponentiation.sum(
                g1,
                scalars,
                threads: threads,
                isPortable: isPortable
            )
            #expect(
                sum1.affine == (G1.generator * expected).affine,
                "seed \(count), \(threads) threads, portable \(isPortable)"
            )
            let sum2 = MultiExponentiation.sum(
                g2,
                scalars,
                threads: threads,
                isPortable: isPortable
            )
            #expect(
                sum2.affine == (G2.generator * expected).affine,
                "seed \(count), \(threads) threads, portable \(isPortable)"
            )
        }
    }

    @Test(arguments: [3, 40, 700])
    func `the largest scalars of each length are summed right`(_ count: Int) {
        let logarithms = (1...count).map { Fr(UInt64($0)) }
        let (g1, _) = Self.points(logarithms)
        let sum = logarithms.reduce(.zero, +)
        // 2^bits - 1 has the highest digits everywhere, r - 1 is the largest of all.
        let scalars = (2..<255).map { Fr(2).power(UInt64($0)) - .one } + [-Fr.one]
        for (index, scalar) in scalars.enumerated() where index % (count / 40 + 1) == 0 {
            let total = MultiExponentiation.sum(
                g1,
                [Fr](repeating: scalar, count: count),
                threads: 1
            )
            #expect(total.affine == (G1.generator * (sum * scalar)).affine, "\(index + 2) bits")
        }
        let total = MultiExponentiation.sum(
            g1,
            [Fr](repeating: -.one, count: count),
            threads: 1
        )
        #expect(total.affine == (G1.generator * -sum).affine)
    }

    @Test func `points of a parameter file are added like the same points in memory`() {
        var generator = SeededGenerator(seed: 9)
        var logarithms = (0..<40).map { _ in Fr.random(using: &generator) }
        logarithms[7] = .zero
        let scalars = (0..<40).map { _ in Fr.random(using: &generator) }
        let (g1, g2) = Self.points(logarithms)
        let plain1 = g1.flatMap(\.uncompressed)
        let plain2 = g2.flatMap(\.uncompressed)
        let expected = Fr.dot(logarithms, scalars)
        unsafe plain1.withUnsafeBytes {
            #expect(
                unsafe MultiExponentiation.sum(uncheckedG1: $0, scalars, threads: 2)
                    == G1.generator * expected
            )
        }
        unsafe plain2.withUnsafeBytes {
            #expect(
                unsafe MultiExponentiation.sum(uncheckedG2: $0, scalars, threads: 2)
                    == G2.generator * expected
            )
        }
    }

    @Test func `products with a fixed base equal the single ones`() {
        var generator = SeededGenerator(seed: 10)
        var scalars = (0..<2_100).map { _ in Fr.random(using: &generator) }
        scalars[0] = .zero
        scalars[1] = .one
        scalars[2] = -.one
        scalars[3] = Fr(4_096)
        scalars[4] = Fr(4_097)
        let (g1, g2) = Self.points(scalars)
        let bytes1 = FixedBase(.generator as G1).multiply(scalars, threads: 2)
        let bytes2 = FixedBase(.generator as G2).multiply(scalars, threads: 1)
        #expect(bytes1 == g1.flatMap(\.uncompressed))
        #expect(bytes2 == g2.flatMap(\.uncompressed))
        #expect(FixedBase(.zero as G1).multiply([.one], threads: 1)[0] == 0x40)
    }

    @Test func `transforms by vector kernels equal the portable ones`() {
        var generator = SeededGenerator(seed: 77)
        for log2Size in [9, 10, 13] {
            var values = (0..<(1 << log2Size)).map { _ in Fr.random(using: &generator) }
            // The extremes of the field.
            values[0] = .zero
            values[1] = -.one
            values[2] = .one
            values[3] = -.one
            let best = EvaluationDomain(log2Size: log2Size)
            let portable = EvaluationDomain(log2Size: log2Size, isPortable: true)
            for threads in [1, 2, 3] {
                let forward = best.values(ofCoefficients: values, threads: threads)
                #expect(forward == portable.values(ofCoefficients: values, threads: 1))
                let back = best.coefficients(ofValues: values, threads: threads)
                #expect(back == portable.coefficients(ofValues: values, threads: 1))
            }
            let largest: [Fr] = [Fr](repeating: -.one, count: 1 << log2Size)
            #expect(
                best.values(ofCoefficients: largest, threads: 2)
                    == portable.values(ofCoefficients: largest, threads: 1)
            )
        }
    }

    @Test(arguments: [0, 1, 2, 5, 11])
    func `values and coefficients belong to the same polynomial`(_ log2Size: Int) {
        var generator = SeededGenerator(seed: UInt64(log2Size))
        let domain = EvaluationDomain(log2Size: log2Size)
        let coefficients = (0..<domain.size).map { _ in Fr.random(using: &generator) }
        for threads in [1, 2, 5] {
            let values = domain.values(ofCoefficients: coefficients, threads: threads)
            let index = domain.size / 3
            let point = domain.root.power(UInt64(index))
            #expect(values[index] == Self.horner(coefficients, point))
            #expect(domain.coefficients(ofValues: values, threads: threads) == coefficients)
        }
    }

    static func horner(_ coefficients: [Fr], _ point: Fr) -> Fr {
        coefficients.reversed().reduce(.zero) { $0 * point + $1 }
    }

    @Test(arguments: [1, 4, 10])
    func `the quotient times the vanishing polynomial gives A times B minus C`(_ log2Size: Int) {
        var generator = SeededGenerator(seed: 100 + UInt64(log2Size))
        let domain = EvaluationDomain(log2Size: log2Size)
        let a = (0..<domain.size).map { _ in Fr.random(using: &generator) }
        let b = (0..<domain.size).map { _ in Fr.random(using: &generator) }
        let c = zip(a, b).map { $0 * $1 }
        let point = Fr.random(using: &generator)
        let h = domain.quotient(a: a, b: b, c: c, threads: 2)
        #expect(h.count == domain.size - 1)
        func value(_ values: [Fr]) -> Fr {
            Self.horner(domain.coefficients(ofValues: values, threads: 1), point)
        }
        let z = point.power(UInt64(domain.size)) - .one
        #expect(Self.horner(h, point) * z == value(a) * value(b) - value(c))
        let lagrange = domain.lagrangeValues(at: point)
        #expect(lagrange.map { Fr.dot($0, a) } == value(a))
        #expect(domain.lagrangeValues(at: domain.root) == nil)
    }
}
