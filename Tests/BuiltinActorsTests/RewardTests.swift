import BigIntegers
import BuiltinActors
import CBOR
import Testing

@Suite struct RewardTests {
    @Test func `the state survives its own form`() throws {
        let state = RewardState(realizedPower: 1 << 40)
        #expect(try RewardState(cbor: state.cborBytes()) == state)
    }
}
