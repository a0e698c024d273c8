internal import Bytes
package import FilecoinTypes

extension PoRepConfiguration {
    /// The configuration of a registered seal proof, or nil if the number is unknown.
    package init?(_ proof: RegisteredSealProof) {
        guard proof.isKnown else { return nil }
        self.init(registeredProof: Int(proof.rawValue))
    }

    /// The registered seal proof, or nil for a size without a registered number.
    package var registeredProof: RegisteredSealProof? {
        let number = Int64(poRepID.bytes[0])
        guard let known = PoRepConfiguration(registeredProof: Int(number)), known == self else {
            return nil
        }
        return RegisteredSealProof(rawValue: number)
    }
}

extension SectorParameters {
    /// The numbers of the sector size of a PoSt, or nil if the number is unknown.
    package static func of(_ proof: RegisteredPoStProof) -> SectorParameters? {
        proof.sectorSize.flatMap { of(sectorSize: $0.bytes) }
    }
}

extension RegisteredPoStProof {
    /// The version of the proof interface: all winning proofs and the first window proofs are 1.0.
    package var proofVersion: ProofVersion { rawValue >= 10 ? .v1_2 : .v1_0 }
}
