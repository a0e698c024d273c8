package import BLS12381

/// The time that each part of a proof took.
package struct ProofTimings: Sendable {
    package let synthesis: Duration
    package let quotient: Duration
    package let exponentiations: Duration
}

extension ProvingKey {
    /// The witness does not satisfy the circuit, so no proof exists.
    package struct Unsatisfied: Error, Sendable, CustomStringConvertible {
        package var description: String {
            "the witness does not satisfy the circuit; the data was altered or belongs to other inputs"
        }
    }

    /// Proves a circuit with fresh randomness, which hides the witness.
    ///
    /// - Parameters:
    ///   - circuit: A circuit of this key's structure, with its witness.
    ///   - threads: How many threads may compute.
    /// - Returns: The proof.
    /// - Throws: ``Unsatisfied``.
    package func prove(_ circuit: some Circuit, threads: Int) throws(Unsatisfied) -> Proof {
        var generator = SystemRandomNumberGenerator()
        let r = Fr.random(using: &generator)
        let s = Fr.random(using: &generator)
        return try prove(circuit, r: r, s: s, threads: threads).proof
    }

    /// Proves a circuit with given randomness, so that the proof can be repeated byte for byte.
    ///
    /// - Throws: ``Unsatisfied``.
    package func prove(
        _ circuit: some Circuit,
        r: Fr,
        s: Fr,
        threads: Int
    ) throws(Unsatisfied) -> (proof: Proof, timings: ProofTimings) {
        let clock = ContinuousClock()
        let start = clock.now
        let system = ConstraintSystem.witnessing(expected: shape)
        circuit.synthesize(into: system)
        precondition(system.shape == shape, "the circuit is not the one of the proving key")
        system.constrainInputs()
        guard system.isSatisfied else { throw Unsatisfied() }
        let synthesized = clock.now
        var (a, b, c) = system.takeCombinationValues()
        let padding = repeatElement(Fr.zero, count: domain.size - a.count)
        a += padding
        b += padding
        c += padding
        let h = domain.quotient(a: a, b: b, c: c, threads: threads)
        let divided = clock.now
        let proof = assemble(system, h: h, r: r, s: s, threads: threads)
        let timings = ProofTimings(
            synthesis: synthesized - start,
            quotient: divided - synthesized,
            exponentiations: clock.now - divided
        )
        return (proof, timings)
    }

    /// A = alpha + sum(a) + r delta; B = beta + sum(b) + s delta;
    /// C = s alpha + r beta + s sum(a) + r sum(b) + r s delta + sum(h) + sum(l).
    private func assemble(
        _ system: ConstraintSystem,
        h: [Fr],
        r: Fr,
        s: Fr,
        threads: Int
    ) -> Proof {
        let key = parameters.verifyingKey
        let inputs = system.inputs
        let auxiliaries = system.auxiliaries
        let hSum = parameters.sumG1(parameters.h, h, threads: threads)
        let lSum = parameters.sumG1(parameters.l, auxiliaries, threads: threads)
        let aScalars = inputs + density.aAuxiliary.select(auxiliaries)
        let aSum = parameters.sumG1(parameters.a, aScalars, threads: threads)
        let bScalars = density.bInput.select(inputs) + density.bAuxiliary.select(auxiliaries)
        let bSum2 = parameters.sumG2(parameters.bG2, bScalars, threads: threads)

        let a = G1(key.deltaG1) * r + aSum + key.alphaG1
        let b = G2(key.deltaG2) * s + bSum2 + key.betaG2
        var c = hSum + lSum
        c += G1(key.alphaG1) * s
        c += aSum * s
        c += G1(key.deltaG1) * (r * s)
        if !r.isZero {
            // Only the blinding needs b in G1.
            let bSum1 = parameters.sumG1(parameters.bG1, bScalars, threads: threads)
            c += (bSum1 + key.betaG1) * r
        }
        return Proof(a: a.affine, b: b.affine, c: c.affine)
    }
}

extension BitSet {
    /// The elements at the members' positions.
    fileprivate func select(_ elements: [Fr]) -> [Fr] {
        var result: [Fr] = []
        result.reserveCapacity(count)
        for index in elements.indices where contains(index) { result.append(elements[index]) }
        return result
    }
}
