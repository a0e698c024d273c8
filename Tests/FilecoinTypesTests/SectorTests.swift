import FilecoinTypes
import Multiformats
import Testing

@Suite struct SectorTests {
    @Test func `seal proofs map to sizes, names and proofs of spacetime`() throws {
        let sizes: [SectorSize] = [.kib2, .mib8, .mib512, .gib32, .gib64]
        for number in Int64(0)..<20 {
            let proof = RegisteredSealProof(number)
            let size = sizes[Int(number % 5)]
            #expect(proof.sectorSize == size)
            #expect(proof.winningPoStProof?.sectorSize == size)
            #expect(proof.windowPoStProof()?.sectorSize == size)
            #expect(proof.windowPoStProof()?.purpose == .window)
            #expect(proof.updateProof?.sectorSize == size)
            #expect(RegisteredSealProof(text: proof.description) == proof)
            let version = try #require(proof.version)
            #expect(RegisteredSealProof(version: version, sectorSize: size) == proof)
        }
        for number in [-1, 20] as [Int64] {
            #expect(RegisteredSealProof(number).sectorSize == nil)
            #expect(RegisteredSealProof(number).description == "\(number)")
        }
        #expect(RegisteredSealProof.stackedDrg2KiBV1_1.description == "StackedDrg2KiBV1_1")
        #expect(RegisteredSealProof.stackedDrg32GiBV1_1.windowPoStProof(.v1_1)?.rawValue == 13)
        #expect(RegisteredSealProof.stackedDrg32GiBV1.proofByteCount == 1920)
        #expect(RegisteredSealProof(15).proofByteCount == 14_164)
    }

    @Test func `proofs of spacetime know purpose, size and form`() {
        for number in Int64(0)..<15 {
            let proof = RegisteredPoStProof(number)
            #expect(proof.purpose == (number < 5 ? .winning : .window))
            #expect(proof.windowVersion == (number < 5 ? nil : number < 10 ? .v1 : .v1_1))
        }
        #expect(RegisteredPoStProof(15).purpose == nil)
        #expect(RegisteredPoStProof(8).windowPartitionSectorCount == 2349)
        #expect(RegisteredPoStProof(14).windowPartitionSectorCount == 2300)
        #expect(RegisteredPoStProof(5).windowPartitionSectorCount == 2)
        #expect(RegisteredPoStProof(3).windowPartitionSectorCount == nil)
        #expect(RegisteredPoStProof(12).description == "StackedDrgWindow512MiBV1_1")
    }

    @Test func `piece sizes convert and keep their bounds`() throws {
        #expect(PaddedPieceSize(128).unpadded == 127)
        #expect(UnpaddedPieceSize(127).padded == 128)
        #expect(PaddedPieceSize(34_359_738_368).unpadded == 34_091_302_912)
        try PaddedPieceSize(128).validate()
        try UnpaddedPieceSize(127).validate()
        #expect(throws: PieceSizeError.tooSmall(bytes: 64)) { try PaddedPieceSize(64).validate() }
        #expect(throws: PieceSizeError.notPowerOfTwo(bytes: 129)) {
            try PaddedPieceSize(129).validate()
        }
        #expect(throws: PieceSizeError.not127TimesPowerOfTwo(bytes: 128)) {
            try UnpaddedPieceSize(128).validate()
        }
    }

    @Test func `sector sizes print and read`() {
        #expect(SectorSize.all.map(\.shortText) == ["2KiB", "8MiB", "512MiB", "32GiB", "64GiB"])
        #expect(SectorSize(text: "32gib") == .gib32)
        #expect(SectorSize(text: "2048") == .kib2)
        #expect(SectorSize(text: "3KiB") == nil)
        #expect(SectorID(miner: 1000, number: 7).storageName == "s-t01000-7")
    }

    @Test func `commitments and their CIDs convert both ways`() throws {
        // The sealed and unsealed CIDs of the recorded answers begin like this.
        let bytes = [UInt8](0..<32)
        let unsealed = try CID(.unsealed, commitment: bytes)
        let sealed = try CID(.sealed, commitment: bytes)
        #expect(unsealed.description.hasPrefix("baga6ea4seaq"))
        #expect(sealed.description.hasPrefix("bagboea4b5abc"))
        #expect(try unsealed.commitment(.unsealed) == bytes)
        #expect(try sealed.commitment(.sealed) == bytes)
        #expect(throws: CommitmentError.otherKind(sealed, expected: .unsealed)) {
            try sealed.commitment(.unsealed)
        }
        #expect(throws: CommitmentError.wrongLength(found: 31)) {
            try CID(.sealed, commitment: [UInt8](0..<31))
        }
    }
}
