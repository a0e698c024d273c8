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

    let name: String
    let type: String
    let params: String
    let randomness: String
    let sectors: [Sector]

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
