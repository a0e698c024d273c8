import BigIntegers
import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RewardTests {
    @Test func `theta, supply, baseline and reward are the reference's`() throws {
        let total = TokenAmount.fil(770_000_000).attoFIL
        let simple = TokenAmount.fil(330_000_000).attoFIL
        for row in try UnitTable.rows("reward_functions") {
            let theta = RewardMath.theta(
                effectiveNetworkTime: row["effective_network_time"].epoch,
                baselinePower: row["baseline_at_ent"].big,
                cumsumRealized: row["cumsum_realized"].big,
                cumsumBaseline: row["cumsum_baseline"].big
            )
            #expect(theta == row["theta_q128"].big)
            let next = RewardMath.baselinePower(after: row["baseline_at_ent"].big)
            #expect(next == row["next_baseline"].big)
            let reward = RewardMath.reward(
                epoch: row["epoch"].epoch,
                previousTheta: row["prev_theta"].big,
                theta: theta,
                simpleTotal: simple,
                baselineTotal: total
            )
            #expect(reward == row["reward"].big)
        }
    }

    @Test func `the state follows the reference through sequences of epochs`() throws {
        for sequence in try UnitTable.rows("reward_state_sequences") {
            var state = RewardState(realizedPower: 0)
            for step in sequence.list {
                let power = step["power"].big
                if step["op"].text == "construct" {
                    state = RewardState(realizedPower: power)
                } else {
                    let previous = state.epoch
                    for _ in 0..<step["delta"].integer { state.advance(realizedPower: power) }
                    state.advanceWithReward(realizedPower: power)
                    state.smooth(after: state.epoch - previous)
                }
                #expect(state.cborBytes().hex == step["state_cbor"].text)
            }
        }
    }

    @Test func `the state survives its own form`() throws {
        let state = RewardState(realizedPower: 1 << 40)
        #expect(try RewardState(cbor: state.cborBytes()) == state)
    }
}
