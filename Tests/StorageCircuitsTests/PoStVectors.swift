import BLS12381
import Bytes
import ProofSystem
import StorageCircuits
import StorageProofs
import TestSupport
import Testing

/// Local parameters that the reference made from known numbers.
struct ParameterVector: Decodable {
    let circuit: String
    let file: String
    let identifier: String
    let sector_size: UInt64
    let alpha_le: String
    let beta_le: String
    let gamma_le: String
    let delta_le: String
    let tau_le: String
    let params_bytes: Int
    let params_sha256: String
    let params_blake2b512: String
    let vk_sha256: String

    struct List: Decodable { let params: [ParameterVector] }

    static func load(_ circuit: String) throws -> ParameterVector {
        let list = try Vectors.json("reference/proofs/groth16/params.json", as: List.self)
        return try #require(list.params.first { $0.circuit == circuit })
    }

    var postParameters: FallbackPoStParameters? {
        circuit.hasPrefix("winning")
            ? .winning(sectorSize: sector_size) : .window(sectorSize: sector_size)
    }

    func generator() throws -> ParameterGenerator {
        let parameters = try #require(postParameters)
        return try ParameterGenerator(
            circuit: FallbackPoStCircuit(blank: parameters),
            trapdoor: trapdoor
        )
    }

    var trapdoor: Trapdoor {
        Trapdoor(
            alpha: fr(alpha_le),
            beta: fr(beta_le),
            gamma: fr(gamma_le),
            delta: fr(delta_le),
            tau: fr(tau_le)
        )
    }

    static func verifyingKey(_ circuit: String) throws -> VerifyingKey {
        try VerifyingKey(bytes: Vectors.bytes("reference/proofs/groth16/\(circuit).vk"))
    }
}

/// Proofs of space-time that the reference made and judged.
struct PoStVector: Decodable {
    struct Sector: Decodable {
        let sector_number: UInt64
        let comm_r: String
        let challenges: [Int]
        let vanilla_bincode: String
    }

    struct Partition: Decodable {
        struct Witness: Decodable {
            let inputs_sha256: String
            let aux_sha256: String
        }

        let public_inputs_le: [String]
        let r1cs_digest: String
        let r_le: String
        let s_le: String
        let proof: String
        let proof_with_r_s_zero: String
        let witness: Witness
    }

    struct Case: Decodable {
        let `case`: String
        let proof: String
        let randomness: String?
        let comm_r: String?
        let result: Result
    }

    /// True, false, or the text of an error, which is no acceptance either.
    enum Result: Decodable {
        case judged(Bool)
        case error(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .judged(flag)
            } else {
                self = .error(try container.decode(String.self))
            }
        }

        var isAccepted: Bool {
            if case .judged(let flag) = self { flag } else { false }
        }
    }

    let name: String
    let type: String
    let params: String
    let randomness: String
    let sectors: [Sector]
    let partitions: [Partition]
    let proof: String
    let verify: Bool
    let api_proof_random_r_s: String
    let api_verify: Bool
    let cases: [Case]

    static let names: [String] = [
        "window-v1-1sector", "window-v1-2sectors", "window-v1-3sectors",
        "window-v1-4sectors-1faulty-left-out", "window-v1_2-1sector", "window-v1_2-3sectors",
        "winning-1", "winning-2",
    ]

    static func load(_ name: String) throws -> PoStVector {
        try Vectors.json("reference/proofs/post/\(name).json", as: PoStVector.self)
    }

    var isWinning: Bool { type.hasPrefix("winning") }
    var version: ProofVersion { type.hasSuffix("v1_2") ? .v1_2 : .v1_0 }

    /// The sectors as the chain knows them.
    func commitments() throws -> [SectorCommitment] {
        try sectors.map {
            SectorCommitment(number: $0.sector_number, commR: try bytes32($0.comm_r))
        }
    }

    /// The sectors' vanilla proofs.
    func vanillaProofs() throws -> [PoStSectorProof] {
        try sectors.map { try PoStSectorProof(try #require([UInt8](hex: $0.vanilla_bincode))) }
    }

    /// The circuits of the partitions, with their witnesses.
    func witnesses() throws -> [FallbackPoStCircuit] {
        let parameters = try #require(
            isWinning
                ? FallbackPoStParameters.winning(sectorSize: 2048)
                : FallbackPoStParameters.window(sectorSize: 2048)
        )
        let proofs = try vanillaProofs()
        guard isWinning else {
            return try PoStProver.windowWitnesses(proofs, circuit: parameters)
        }
        let sectors = try proofs[0].paths.map {
            try FallbackPoStCircuit.Sector(proofs[0], paths: [$0])
        }
        return [try FallbackPoStCircuit(parameters: parameters, sectors: sectors)]
    }
}

func bytes32(_ hex: String) throws -> Bytes32 {
    try #require([UInt8](hex: hex).flatMap { Bytes32($0) })
}

func fr(_ hex: String) -> Fr {
    guard let bytes = [UInt8](hex: hex), let element = Fr(littleEndian: bytes) else {
        preconditionFailure("the vector holds no field element: \(hex)")
    }
    return element
}
