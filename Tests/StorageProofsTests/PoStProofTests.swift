import Bytes
import Foundation
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct PoStProofVectorTests {
    @Test func `a damaged replica, tree or commitment is noticed`() throws {
        let source = "reference/proofs/sealed/s2-v1_1-full"
        let row = try Fixture(file: "\(source)/fixture.json")
        let sealed = try Vectors.bytes("\(source)/sealed")
        let tree = try Vectors.bytes("\(source)/cache/sc-02-data-tree-r-last.dat")
        let aux = try Vectors.bytes("\(source)/cache/p_aux")
        func proves(
            _ sealed: [UInt8],
            _ tree: [UInt8],
            _ aux: [UInt8],
            _ commR: Bytes32
        ) throws
            -> Bool
        {
            let folder = try TemporaryDirectory()
            try SealFiles.write(sealed, to: folder.path("sealed"))
            try SealFiles.write(tree, to: folder.path("sc-02-data-tree-r-last.dat"))
            try SealFiles.write(aux, to: folder.path("p_aux"))
            let sector = PoStSector(
                number: 2,
                commR: commR,
                replica: folder.path("sealed"),
                cache: folder.path("")
            )
            let proof = try? PoStSectorProof(
                sector,
                challenges: [5, 40],
                parameters: parameters(2048)
            )
            return proof?.isValid(for: [5, 40]) ?? false
        }
        let commR = row["comm_r"].node
        #expect(try proves(sealed, tree, aux, commR))
        for index in [0, 31, 1000, 2047] {
            var damaged = sealed
            damaged[index] ^= index % 32 == 31 ? 0x80 : 1
            #expect(try !proves(damaged, tree, aux, commR), "byte \(index)")
        }
        #expect(try !proves(Array(sealed.dropLast()), tree, aux, commR))
        #expect(try !proves(sealed, tree + tree, aux, commR))
        #expect(try !proves(sealed, Array(tree.reversed()), aux, commR))
        #expect(try !proves(sealed, tree, Array(aux.reversed()), commR))
        #expect(try !proves(sealed, tree, Array(aux.dropLast()), commR))
        #expect(try !proves(sealed, tree, aux, row["comm_d"].node))
    }

    @Test func `a file that shrinks while it is open gives an error`() throws {
        let folder = try TemporaryDirectory()
        let source = "reference/proofs/sealed/s2-v1_1-full"
        let sealed = try Vectors.bytes("\(source)/sealed")
        try SealFiles.write(sealed, to: folder.path("sealed"))
        try SealFiles.write(
            Vectors.bytes("\(source)/cache/sc-02-data-tree-r-last.dat"),
            to: folder.path("sc-02-data-tree-r-last.dat")
        )
        let tree = try ReplicaTree(
            replica: folder.path("sealed"),
            cache: folder.path(""),
            parameters: parameters(2048)
        )
        #expect(try tree.open(63).isValid(for: 63, .poseidon))
        #expect(throws: SealError.self) { try tree.open(64) }
        try SealFiles.write(Array(sealed.prefix(1024)), to: folder.path("sealed"))
        #expect(throws: SealError.self) { try tree.open(63) }
    }
}

@Suite struct BincodeTests {
    @Test func `100,000 altered proofs and aux files never crash the readers`() throws {
        var generator = SeededGenerator(seed: 6)
        let step = MerkleProof.Step(
            siblings: [Bytes32](repeating: Bytes32(), count: 7),
            index: 3
        )
        let path = MerkleProof(
            leaf: Bytes32(),
            root: Bytes32(),
            base: [step, step],
            sub: step,
            top: step
        )
        var writer = BincodeWriter()
        path.write(to: &writer)
        var proof: [UInt8] = [UInt8](repeating: 0, count: 40)
        proof += [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + writer.bytes
        proof += [UInt8](repeating: 0, count: 64)
        #expect(try PoStSectorProof(proof).bytes == proof)
        let aux = TemporaryAux(cache: "cache", parameters: parameters(2048)).bytes
        #expect(try TemporaryAux(aux).bytes == aux)
        var refused = 0
        for _ in 0..<50_000 {
            for original in [proof, aux] {
                var bytes = original
                for _ in 0...Int.random(in: 0..<3, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    bytes[place] = UInt8.random(in: 0...255, using: &generator)
                }
                if Bool.random(using: &generator) {
                    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
                }
                if (try? PoStSectorProof(bytes)) == nil { refused += 1 }
                if (try? TemporaryAux(bytes)) == nil { refused += 1 }
            }
        }
        #expect(refused > 100_000, "seed \(generator.seed)")
    }

    @Test func `field elements end below the modulus`() {
        var modulus: [UInt8] = []
        for word: UInt64 in [
            0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805,
            0x73ed_a753_299d_7d48,
        ] {
            modulus.appendLittleEndian(word)
        }
        func isCanonical(_ bytes: [UInt8]) -> Bool {
            FieldElement.isCanonical(Bytes32(bytes) ?? Bytes32())
        }
        #expect(!isCanonical(modulus))
        #expect(isCanonical([0] + modulus.dropFirst()))
        #expect(!isCanonical([2] + modulus.dropFirst()))
        #expect(isCanonical([UInt8](repeating: 0, count: 32)))
        #expect(!isCanonical([UInt8](repeating: 0xff, count: 32)))
    }
}
