import Bytes
import Testing

@testable import StorageProofs

@Suite struct PoStChallengeTests {
    @Test func `masking clears the two top bits and no others`() {
        let ones = Bytes32([UInt8](repeating: 0xff, count: 32)) ?? Bytes32()
        #expect(
            PoStChallenges.masked(ones).bytes == [UInt8](repeating: 0xff, count: 31) + [0x3f]
        )
    }

    @Test func `an empty list of sectors selects none`() {
        #expect(
            PoStChallenges.winningSector(proverID: Bytes32(), randomness: Bytes32(), count: 0)
                == nil
        )
    }
}
