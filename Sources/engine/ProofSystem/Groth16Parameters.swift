import BLS12381

/// The content of a `.params` file: what a prover knows about a circuit.
///
/// The verifying key, then five vectors, each a 4-byte big-endian count and its points in the plain form:
/// h, l, a, b (G1), b (G2). Variables that do not occur in any A (or B) combination have no point in a (or b).
/// The points stay where they are, in a mapped file or in memory, and are read during the proof.
package final class Groth16Parameters: Sendable {
    package let verifyingKey: VerifyingKey
    let h: Range<Int>
    let l: Range<Int>
    let a: Range<Int>
    let bG1: Range<Int>
    let bG2: Range<Int>
    private let storage: Storage

    private enum Storage: Sendable {
        case file(MappedFile)
        case memory([UInt8])
    }

    /// Takes a mapped parameter file.
    ///
    /// Its points are not checked: check the file's digest first, or its origin.
    ///
    /// - Throws: ``Groth16FormatError``.
    package convenience init(file: MappedFile) throws {
        try self.init(storage: .file(file))
    }

    /// Takes the content of a parameter file.
    ///
    /// Its points are not checked.
    package convenience init(bytes: [UInt8]) throws {
        try self.init(storage: .memory(bytes))
    }

    private init(storage: Storage) throws {
        self.storage = storage
        let header = Self.bytes(storage, 0..<VerifyingKey.headerByteCount)
        let total = Self.count(storage)
        let inputCount = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        let keySize = VerifyingKey.headerByteCount + 96 * inputCount
        guard header.count == VerifyingKey.headerByteCount, keySize <= total else {
            throw Groth16FormatError.wrongLength(
                what: "a parameter file",
                expected: keySize,
                found: total
            )
        }
        verifyingKey = try VerifyingKey(bytes: Self.bytes(storage, 0..<keySize))
        var position = keySize
        func vector(_ size: Int) throws(Groth16FormatError) -> Range<Int> {
            let count = Self.bytes(storage, position..<position + 4).reduce(0) { $0 << 8 | Int($1) }
            let range = position + 4..<position + 4 + count * size
            guard range.upperBound <= total else {
                throw .wrongLength(
                    what: "a parameter file",
                    expected: range.upperBound,
                    found: total
                )
            }
            position = range.upperBound
            return range
        }
        h = try vector(96)
        l = try vector(96)
        a = try vector(96)
        bG1 = try vector(96)
        bG2 = try vector(192)
        guard position == total else {
            throw Groth16FormatError.wrongLength(
                what: "a parameter file",
                expected: position,
                found: total
            )
        }
    }

    private static func count(_ storage: Storage) -> Int {
        switch storage {
        case .file(let file): file.count
        case .memory(let bytes): bytes.count
        }
    }

    private static func bytes(_ storage: Storage, _ range: Range<Int>) -> [UInt8] {
        let range = range.clamped(to: 0..<count(storage))
        switch storage {
        case .file(let file): return unsafe file.withBytes { unsafe Array($0[range]) }
        case .memory(let bytes): return Array(bytes[range])
        }
    }

    /// Takes the points out of this process's memory until the next proof.
    func releasePages() {
        if case .file(let file) = storage { file.releasePages() }
    }

    func sumG1(_ range: Range<Int>, _ scalars: [Fr], threads: Int) -> G1 {
        unsafe withBytes(range) {
            unsafe MultiExponentiation.sum(uncheckedG1: $0, scalars, threads: threads)
        }
    }

    func sumG2(_ range: Range<Int>, _ scalars: [Fr], threads: Int) -> G2 {
        unsafe withBytes(range) {
            unsafe MultiExponentiation.sum(uncheckedG2: $0, scalars, threads: threads)
        }
    }

    private func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        switch storage {
        case .file(let file):
            unsafe file.withBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        case .memory(let bytes):
            unsafe bytes.withUnsafeBytes {
                unsafe body(UnsafeRawBufferPointer(rebasing: $0[range]))
            }
        }
    }
}

/// Parameters with what the prover must know of the circuit's structure.
package final class ProvingKey: Sendable {
    package let parameters: Groth16Parameters
    package let shape: CircuitShape
    let density: Density
    let domain: EvaluationDomain

    /// Prepares the parameters for proofs of a circuit.
    ///
    /// - Parameters:
    ///   - parameters: The parameters.
    ///   - blank: The circuit with any witness; it is synthesised once for its structure.
    /// - Throws: ``Mismatch`` if the parameters belong to another circuit.
    package init(parameters: Groth16Parameters, circuit blank: some Circuit) throws(Mismatch) {
        let sink = DensitySink()
        let system = ConstraintSystem.recording(into: sink)
        blank.synthesize(into: system)
        let shape = system.shape
        system.constrainInputs()
        let density = sink.density
        func check(_ what: String, _ expected: Int, _ found: Int) throws(Mismatch) {
            guard expected == found else {
                throw Mismatch(vector: what, expected: expected, found: found)
            }
        }
        try check("input", shape.inputCount, parameters.verifyingKey.inputPoints.count)
        try check("h", shape.domainSize - 1, parameters.h.count / 96)
        try check("l", shape.auxiliaryCount, parameters.l.count / 96)
        try check("a", shape.inputCount + density.aAuxiliary.count, parameters.a.count / 96)
        let bCount = density.bInput.count + density.bAuxiliary.count
        try check("b in G1", bCount, parameters.bG1.count / 96)
        try check("b in G2", bCount, parameters.bG2.count / 192)
        self.parameters = parameters
        self.shape = shape
        self.density = density
        domain = EvaluationDomain(log2Size: shape.domainLog2)
    }

    /// Takes the parameters' points out of this process's memory until the next proof, which reads them again.
    package func releasePages() { parameters.releasePages() }

    /// The parameters have another number of points than the circuit needs.
    package struct Mismatch: Error, Hashable, Sendable, CustomStringConvertible {
        package let vector: String
        package let expected: Int
        package let found: Int

        package var description: String {
            "the parameters belong to another circuit: "
                + "\(found) \(vector) points instead of \(expected)"
        }
    }
}
