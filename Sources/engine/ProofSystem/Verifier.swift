package import BLS12381

/// A verifying key made ready: e(A, B) = e(alpha, beta) * e(inputs, gamma) * e(C, delta).
package struct PreparedVerifyingKey: Sendable {
    /// The key itself.
    package let key: VerifyingKey
    private let alphaBeta: TargetElement
    private let negatedGamma: G2Affine
    private let negatedDelta: G2Affine
    private let gammaLines: PreparedG2
    private let deltaLines: PreparedG2

    package init(_ key: VerifyingKey) {
        self.key = key
        alphaBeta = Pairing.pair(key.alphaG1, key.betaG2)
        negatedGamma = -key.gammaG2
        negatedDelta = -key.deltaG2
        gammaLines = PreparedG2(negatedGamma)
        deltaLines = PreparedG2(negatedDelta)
    }

    /// The number of public inputs, without the constant one.
    package var inputCount: Int { key.inputPoints.count - 1 }

    /// Returns whether the proof holds for the public inputs (without the constant one).
    ///
    /// False also if there are more or fewer inputs than the circuit has.
    package func verifies(_ proof: Proof, inputs: [Fr], threads: Int = 1) -> Bool {
        guard inputs.count == inputCount else { return false }
        var sum = combinedInputs(inputs, threads: threads)
        sum += key.inputPoints[0]
        let left = TargetElement(product: [
            (proof.a, PreparedG2(proof.b)), (sum.affine, gammaLines), (proof.c, deltaLines),
        ])
        return left == alphaBeta
    }

    /// Returns whether every proof holds for its public inputs.
    ///
    /// The equations are added up with random factors of 128 bits, so that the inputs of all proofs cost one
    /// multi-exponentiation and each proof one pairing; a wrong proof passes with probability 2^-128.
    package func verifiesAll(
        _ proofs: [Proof],
        inputs: [[Fr]],
        threads: Int = 1,
        using generator: inout some RandomNumberGenerator
    ) -> Bool {
        guard proofs.count == inputs.count, inputs.allSatisfy({ $0.count == inputCount }) else {
            return false
        }
        if proofs.isEmpty { return true }
        if proofs.count == 1 { return verifies(proofs[0], inputs: inputs[0], threads: threads) }
        let factors = proofs.map { _ in
            Fr(generator.next() as UInt64) * Fr(1 << 63).doubled() + Fr(generator.next() as UInt64)
        }
        var scalars: [Fr] = [Fr](repeating: .zero, count: inputCount + 1)
        for (factor, row) in zip(factors, inputs) {
            scalars[0] += factor
            for (index, input) in row.enumerated() { scalars[index + 1] += factor * input }
        }
        let sum = MultiExponentiation.sum(key.inputPoints, scalars, threads: threads)
        let c = MultiExponentiation.sum(proofs.map(\.c), factors, threads: threads)
        let alpha = G1(key.alphaG1) * scalars[0]
        var pairs: [(G1Affine, G2Affine)] = zip(proofs, factors).map { proof, factor in
            ((G1(proof.a) * factor).affine, proof.b)
        }
        pairs.append((sum.affine, negatedGamma))
        pairs.append((c.affine, negatedDelta))
        pairs.append((alpha.affine, -key.betaG2))
        return Pairing.productIsOne(pairs)
    }

    /// The sum of input * point over all inputs.
    ///
    /// A WinningPoSt repeats one sector's commitment 66 times, and node numbers are small and repeat too:
    /// the points of equal inputs are added first, and small numbers share short windows.
    private func combinedInputs(_ inputs: [Fr], threads: Int) -> G1 {
        var merged: [Fr: G1] = [:]
        var order: [Fr] = []
        for (index, input) in inputs.enumerated() where !input.isZero {
            let point = key.inputPoints[index + 1]
            if let sum = merged[input] {
                merged[input] = sum + point
            } else {
                merged[input] = G1(point)
                order.append(input)
            }
        }
        var small: [Fr] = []
        var smallPoints: [G1] = []
        var large: [Fr] = []
        var largePoints: [G1] = []
        for input in order {
            guard let point = merged[input] else { continue }
            let limbs = input.canonicalLimbs
            if limbs.1 | limbs.2 | limbs.3 == 0 {
                small.append(input)
                smallPoints.append(point)
            } else {
                large.append(input)
                largePoints.append(point)
            }
        }
        let sum = MultiExponentiation.sum(G1.affine(smallPoints), small, threads: threads)
        if large.count < 8 {
            return zip(largePoints, large).reduce(sum) { $0 + $1.0 * $1.1 }
        }
        return sum + MultiExponentiation.sum(G1.affine(largePoints), large, threads: threads)
    }
}
