import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import Hashing
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct MultisigTests {
    @Test func `the locked amount is the reference's`() throws {
        for row in try UnitTable.rows("multisig_amount_locked") {
            var state = MultisigState(
                signers: [],
                approvalsThreshold: 1,
                nextTransactionID: 0,
                initialBalance: 0,
                startEpoch: 0,
                unlockDuration: 0,
                pendingTransactions: CID.dagCBOR(hashing: [])
            )
            state.lock(row["initial"].amount, from: 7, over: row["unlock_duration"].epoch)
            #expect(state.amountLocked(after: row["elapsed"].epoch) == row["locked"].amount)
        }
    }

    @Test func `the hash of a proposal is the reference's`() throws {
        for row in try UnitTable.rows("multisig_proposal_hash") {
            let data = ProposalHashData(
                requester: try Address(text: row["requester"].text),
                to: try Address(text: row["to"].text),
                value: row["value"].amount,
                method: MethodNumber(rawValue: row["method"].unsigned),
                params: row["params"].hex
            )
            #expect(data.cborBytes().hex == row["cbor"].text)
            #expect(BLAKE2b.hash256(data.cborBytes()).hex == row["hash"].text)
        }
    }
}
