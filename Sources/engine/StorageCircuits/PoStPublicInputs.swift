package import BLS12381
package import Bytes
package import StorageProofs

/// What the chain knows of a sector when it judges a proof of space-time.
package struct SectorCommitment: Hashable, Sendable {
    package let number: UInt64
    /// The commitment to the replica.
    package let commR: Bytes32

    package init(number: UInt64, commR: Bytes32) {
        self.number = number
        self.commR = commR
    }
}

/// Why a proof of space-time cannot even be judged.
///
/// To the chain it is as wrong as a false one.
package enum PoStInputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The randomness is not below the field's modulus; callers clear its two top bits.
    case randomnessOutOfRange
    /// The commitment of a sector is not below the field's modulus.
    case commitmentOutOfRange(sector: UInt64)
    case wrongSectorCount(expected: String, found: Int)
    /// WindowPoSt sectors are ordered by number, each once.
    case unorderedSectors
    case unknownSectorSize(UInt64)
    case noVerifyingKey(String)

    package var description: String {
        switch self {
        case .randomnessOutOfRange:
            "the randomness is no field element; its two top bits must be cleared"
        case .commitmentOutOfRange(let sector):
            "the commitment of sector \(sector) is no field element"
        case .wrongSectorCount(let expected, let found):
            "the proof covers \(expected), not \(found)"
        case .unorderedSectors: "sectors must be ordered by number, each once"
        case .unknownSectorSize(let size): "no sector has \(size) bytes"
        case .noVerifyingKey(let circuit): "there is no verifying key of \(circuit)"
        }
    }
}

/// The public inputs of proofs of space-time, in the order of the circuits.
package enum PoStPublicInputs {
    /// The inputs of a WinningPoSt: 66 times CommR and a leaf's number.
    package static func winning(
        randomness: Bytes32,
        sector: SectorCommitment,
        parameters: SectorParameters
    ) throws(PoStInputError) -> [Fr] {
        try check(randomness)
        let commR = try element(sector)
        let challenges = PoStChallenges.winning(
            randomness: randomness,
            sector: sector.number,
            parameters: parameters
        )
        return challenges.flatMap { [commR, Fr(UInt64($0))] }
    }

    /// The inputs of each proof of a WindowPoSt: for each sector CommR and ten leaves' numbers.
    ///
    /// The last proof's missing sectors repeat its last one.
    package static func window(
        randomness: Bytes32,
        sectors: [SectorCommitment],
        version: ProofVersion,
        parameters: SectorParameters
    ) throws(PoStInputError) -> [[Fr]] {
        try check(randomness)
        guard !sectors.isEmpty else { throw .wrongSectorCount(expected: "sectors", found: 0) }
        for (sector, next) in zip(sectors, sectors.dropFirst()) where sector.number >= next.number {
            throw .unorderedSectors
        }
        let capacity = parameters.windowPoStSectors
        var proofs: [[Fr]] = []
        for start in stride(from: 0, to: sectors.count, by: capacity) {
            var inputs: [Fr] = []
            var last: [Fr] = []
            for position in start..<start + capacity {
                if position < sectors.count {
                    let sector = sectors[position]
                    let challenges = PoStChallenges.window(
                        randomness: randomness,
                        sector: sector.number,
                        position: position,
                        version: version,
                        parameters: parameters
                    )
                    last = [try element(sector)] + challenges.map { Fr(UInt64($0)) }
                }
                inputs += last
            }
            proofs.append(inputs)
        }
        return proofs
    }

    private static func check(_ randomness: Bytes32) throws(PoStInputError) {
        guard Fr(littleEndian: randomness.bytes) != nil else { throw .randomnessOutOfRange }
    }

    private static func element(_ sector: SectorCommitment) throws(PoStInputError) -> Fr {
        guard let element = Fr(littleEndian: sector.commR.bytes) else {
            throw .commitmentOutOfRange(sector: sector.number)
        }
        return element
    }
}
