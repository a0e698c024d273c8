package import BLS12381

/// The secret numbers behind parameters.
///
/// Whoever knows them can prove anything, so parameters made here are
/// only for networks whose security does not matter.
package struct Trapdoor: Hashable, Sendable {
    package let alpha: Fr
    package let beta: Fr
    package let gamma: Fr
    package let delta: Fr
    package let tau: Fr

    package init(alpha: Fr, beta: Fr, gamma: Fr, delta: Fr, tau: Fr) {
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.delta = delta
        self.tau = tau
    }
}

/// Makes parameters from a known trapdoor, with the standard generators of both groups.
///
/// The result is byte for byte what bellperson's generator makes of the same numbers.
package struct ParameterGenerator: Sendable {
    /// Why no parameters can be made.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// gamma or delta is zero, or tau is a point of the domain.
        case unusableTrapdoor
        /// An auxiliary variable occurs in no constraint.
        case unconstrainedVariable(index: Int)

        package var description: String {
            switch self {
            case .unusableTrapdoor: "these secret numbers make no parameters; choose others"
            case .unconstrainedVariable(let index):
                "auxiliary variable \(index) of the circuit occurs in no constraint"
            }
        }
    }

    private let inputs: PolynomialValues
    private let auxiliaries: PolynomialValues
    private let shape: CircuitShape
    private let trapdoor: Trapdoor
    private let gammaInverse: Fr
    private let deltaInverse: Fr

    /// Evaluates the polynomials of all variables at tau.
    ///
    /// - Parameters:
    ///   - blank: The circuit with any witness.
    ///   - trapdoor: The secret numbers.
    /// - Throws: ``Failure``.
    package init(circuit blank: some Circuit, trapdoor: Trapdoor) throws(Failure) {
        let counting = ConstraintSystem.counting()
        blank.synthesize(into: counting)
        shape = counting.shape
        let domain = EvaluationDomain(log2Size: shape.domainLog2)
        guard let gammaInverse = trapdoor.gamma.inverted(),
            let deltaInverse = trapdoor.delta.inverted(),
            let lagrange = domain.lagrangeValues(at: trapdoor.tau)
        else { throw .unusableTrapdoor }
        let sink = PolynomialSink(shape: shape, lagrange: lagrange)
        let system = ConstraintSystem.recording(into: sink)
        blank.synthesize(into: system)
        system.constrainInputs()
        inputs = sink.inputs
        auxiliaries = sink.auxiliaries
        self.trapdoor = trapdoor
        self.gammaInverse = gammaInverse
        self.deltaInverse = deltaInverse
    }

    /// Writes the content of the `.params` file, in pieces.
    ///
    /// - Parameters:
    ///   - threads: How many threads may compute.
    ///   - progress: Called with the points made so far and the number of all points.
    ///   - write: Takes the next bytes of the file.
    /// - Throws: ``Failure``, or what `write` throws.
    package func write(
        threads: Int,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
        to write: ([UInt8]) throws -> Void
    ) throws {
        let g1 = FixedBase(.generator as G1)
        let g2 = FixedBase(.generator as G2)
        let a = inputs.a + auxiliaries.a.filter { !$0.isZero }
        let b = (inputs.b + auxiliaries.b).filter { !$0.isZero }
        let h = hScalars
        let l = try lScalars()
        let total = h.count + l.count + a.count + 2 * b.count
        var done = 0
        try write(verifyingKey(g1).bytes)
        for (scalars, base) in [(h, g1), (l, g1), (a, g1), (b, g1), (b, g2)] {
            try write(bigEndian32(scalars.count))
            for start in stride(from: 0, to: scalars.count, by: Self.chunk) {
                let part = Array(scalars[start..<min(start + Self.chunk, scalars.count)])
                try write(base.multiply(part, threads: threads))
                done += part.count
                progress(done, total)
            }
        }
    }

    /// Points made between two reports of progress.
    private static let chunk: Int = 1 << 16

    /// The verifying key alone, which needs no more than the public inputs' points.
    package var verifyingKey: VerifyingKey { verifyingKey(FixedBase(.generator as G1)) }

    private func verifyingKey(_ base: FixedBase) -> VerifyingKey {
        let points = base.multiply(icScalars, threads: 1)
        var inputPoints: [G1Affine] = []
        for start in stride(from: 0, to: points.count, by: 96) {
            let bytes = Array(points[start..<start + 96])
            // The line above wrote these bytes, so they are a point.
            let point = try? G1Affine(uncompressed: bytes, checkingSubgroup: false)
            inputPoints.append(point ?? .infinity)
        }
        func g1(_ scalar: Fr) -> G1Affine {
            let point: G1 = G1.generator * scalar
            return point.affine
        }
        func g2(_ scalar: Fr) -> G2Affine {
            let point: G2 = G2.generator * scalar
            return point.affine
        }
        return VerifyingKey(
            alphaG1: g1(trapdoor.alpha),
            betaG1: g1(trapdoor.beta),
            betaG2: g2(trapdoor.beta),
            gammaG2: g2(trapdoor.gamma),
            deltaG1: g1(trapdoor.delta),
            deltaG2: g2(trapdoor.delta),
            inputPoints: inputPoints
        )
    }

    /// (beta A_i + alpha B_i + C_i) times a factor.
    private func combined(_ values: PolynomialValues, _ factor: Fr) -> [Fr] {
        var result: [Fr] = []
        result.reserveCapacity(values.a.count)
        for index in values.a.indices {
            var sum = trapdoor.beta * values.a[index]
            sum += trapdoor.alpha * values.b[index]
            sum += values.c[index]
            result.append(sum * factor)
        }
        return result
    }

    private var icScalars: [Fr] { combined(inputs, gammaInverse) }

    private func lScalars() throws(Failure) -> [Fr] {
        let scalars = combined(auxiliaries, deltaInverse)
        if let index = scalars.firstIndex(where: \.isZero) {
            throw .unconstrainedVariable(index: index)
        }
        return scalars
    }

    /// The powers of tau below m - 1, times Z(tau) / delta.
    private var hScalars: [Fr] {
        let z = trapdoor.tau.power(UInt64(shape.domainSize)) - .one
        return Fr.powers(
            of: trapdoor.tau,
            from: z * deltaInverse,
            count: shape.domainSize - 1
        )
    }
}

/// The values at tau of variables' polynomials in A, B and C.
private struct PolynomialValues: Sendable {
    var a: [Fr]
    var b: [Fr]
    var c: [Fr]

    init(count: Int) {
        a = [Fr](repeating: .zero, count: count)
        b = a
        c = a
    }
}

/// Adds up each variable's polynomials, evaluated at tau.
private final class PolynomialSink: ConstraintSink {
    private(set) var inputs: PolynomialValues
    private(set) var auxiliaries: PolynomialValues
    private var row: Int = 0
    private let lagrange: [Fr]

    init(shape: CircuitShape, lagrange: [Fr]) {
        inputs = PolynomialValues(count: shape.inputCount)
        auxiliaries = PolynomialValues(count: shape.auxiliaryCount)
        self.lagrange = lagrange
    }

    func receive(_ a: LinearCombination, _ b: LinearCombination, _ c: LinearCombination) {
        let value = lagrange[row]
        for term in a.terms {
            let index = term.variable.index
            if term.variable.isInput {
                inputs.a[index] += value * term.coefficient
            } else {
                auxiliaries.a[index] += value * term.coefficient
            }
        }
        for term in b.terms {
            let index = term.variable.index
            if term.variable.isInput {
                inputs.b[index] += value * term.coefficient
            } else {
                auxiliaries.b[index] += value * term.coefficient
            }
        }
        for term in c.terms {
            let index = term.variable.index
            if term.variable.isInput {
                inputs.c[index] += value * term.coefficient
            } else {
                auxiliaries.c[index] += value * term.coefficient
            }
        }
        row += 1
    }
}
