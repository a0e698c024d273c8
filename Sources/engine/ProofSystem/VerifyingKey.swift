package import BLS12381

/// Why bytes are not the keys or proofs they should be.
package enum Groth16FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes end early, or something follows their end.
    case wrongLength(what: String, expected: Int, found: Int)
    /// A point is not what it should be.
    case invalidPoint(what: String, BLSPointError)

    package var description: String {
        switch self {
        case .wrongLength(let what, let expected, let found):
            "\(what) should have \(expected) bytes, not \(found)"
        case .invalidPoint(let what, let error): "\(what): \(error)"
        }
    }
}

/// What a verifier knows about a circuit; the content of a `.vk` file.
///
/// | field | bytes |
/// |---|---|
/// | alpha (G1), beta (G1) | 96 each |
/// | beta (G2), gamma (G2) | 192 each |
/// | delta (G1) | 96 |
/// | delta (G2) | 192 |
/// | number of public inputs with the constant one | 4, big-endian |
/// | one point of G1 for each of them | 96 each |
///
/// All points in the plain (uncompressed) form.
package struct VerifyingKey: Hashable, Sendable {
    package let alphaG1: G1Affine
    package let betaG1: G1Affine
    package let betaG2: G2Affine
    package let gammaG2: G2Affine
    package let deltaG1: G1Affine
    package let deltaG2: G2Affine
    /// One point for each public input, that of the constant one first.
    package let inputPoints: [G1Affine]

    /// The size of everything before the input points.
    static let headerByteCount: Int = 3 * 96 + 3 * 192 + 4

    /// The size of the file.
    package var byteCount: Int { Self.headerByteCount + 96 * inputPoints.count }

    /// Reads the content of a `.vk` file, checking every point.
    package init(bytes: [UInt8]) throws(Groth16FormatError) {
        var reader = PointReader(bytes: bytes, what: "a verifying key")
        try self.init(reading: &reader)
        guard reader.position == bytes.count else {
            throw .wrongLength(
                what: "a verifying key",
                expected: reader.position,
                found: bytes.count
            )
        }
    }

    init(
        alphaG1: G1Affine,
        betaG1: G1Affine,
        betaG2: G2Affine,
        gammaG2: G2Affine,
        deltaG1: G1Affine,
        deltaG2: G2Affine,
        inputPoints: [G1Affine]
    ) {
        self.alphaG1 = alphaG1
        self.betaG1 = betaG1
        self.betaG2 = betaG2
        self.gammaG2 = gammaG2
        self.deltaG1 = deltaG1
        self.deltaG2 = deltaG2
        self.inputPoints = inputPoints
    }

    init(reading reader: inout PointReader) throws(Groth16FormatError) {
        alphaG1 = try reader.g1()
        betaG1 = try reader.g1()
        betaG2 = try reader.g2()
        gammaG2 = try reader.g2()
        deltaG1 = try reader.g1()
        deltaG2 = try reader.g2()
        let count = try reader.count()
        try reader.need(96 * count)
        var points: [G1Affine] = []
        points.reserveCapacity(count)
        for _ in 0..<count { points.append(try reader.g1()) }
        inputPoints = points
    }

    /// The content of the `.vk` file.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(byteCount)
        result += alphaG1.uncompressed + betaG1.uncompressed
        result += betaG2.uncompressed + gammaG2.uncompressed
        result += deltaG1.uncompressed + deltaG2.uncompressed
        result += bigEndian32(inputPoints.count)
        for point in inputPoints { result += point.uncompressed }
        return result
    }
}

func bigEndian32(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// Reads points and counts one after another.
struct PointReader {
    let bytes: [UInt8]
    let what: String
    private(set) var position: Int = 0

    init(bytes: [UInt8], what: String) {
        self.bytes = bytes
        self.what = what
    }

    func need(_ count: Int) throws(Groth16FormatError) {
        guard bytes.count - position >= count else {
            throw .wrongLength(what: what, expected: position + count, found: bytes.count)
        }
    }

    private mutating func take(_ count: Int) throws(Groth16FormatError) -> [UInt8] {
        try need(count)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func count() throws(Groth16FormatError) -> Int {
        try take(4).reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func g1() throws(Groth16FormatError) -> G1Affine {
        let taken = try take(96)
        do { return try G1Affine(uncompressed: taken) } catch {
            throw .invalidPoint(what: what, error)
        }
    }

    mutating func g2() throws(Groth16FormatError) -> G2Affine {
        let taken = try take(192)
        do { return try G2Affine(uncompressed: taken) } catch {
            throw .invalidPoint(what: what, error)
        }
    }
}
