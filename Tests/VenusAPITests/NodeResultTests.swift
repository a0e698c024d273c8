import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import TestSupport
import Testing
import VenusAPI

/// The results of the node's methods against what lotus answered.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct NodeResultTests {
    private typealias RoundTrip = @Sendable (JSONValue) throws -> String

    /// Reads and writes the result of a method.
    private static func method<M: RPCMethod>(_: M.Type) -> (String, RoundTrip) {
        (M.name, { try M.Result(from: $0).jsonText() })
    }

    private static let methods: [String: RoundTrip] = {
        let chain = [
            method(ChainHead.self), method(ChainGetTipSet.self),
            method(ChainGetTipSetByHeight.self), method(ChainGetTipSetAfterHeight.self),
            method(ChainGetGenesis.self), method(ChainGetBlock.self),
            method(ChainGetBlockMessages.self), method(ChainGetParentMessages.self),
            method(ChainGetParentReceipts.self), method(ChainGetMessagesInTipset.self),
            method(ChainGetMessage.self), method(ChainReadObj.self), method(ChainHasObj.self),
            method(ChainTipSetWeight.self), method(ChainGetPath.self), method(BeaconGetEntry.self),
            method(StateGetBeaconEntry.self), method(ChainGetRandomnessFromTickets.self),
            method(ChainGetRandomnessFromBeacon.self), method(StateGetRandomnessFromTickets.self),
            method(StateGetRandomnessFromBeacon.self),
        ]
        let state = [
            method(StateGetActor.self), method(StateLookupID.self), method(StateAccountKey.self),
            method(StateLookupRobustAddress.self), method(StateNetworkName.self),
            method(StateNetworkVersion.self), method(StateGetNetworkParams.self),
            method(StateListMiners.self), method(StateListActors.self),
            method(StateReadState.self), method(StateCirculatingSupply.self),
            method(StateVMCirculatingSupplyInternal.self), method(StateCall.self),
            method(StateSearchMsg.self), method(StateWaitMsg.self),
            method(StateMarketBalance.self), method(StateMarketStorageDeal.self),
            method(StateActorCodeCIDs.self),
        ]
        let miner = [
            method(StateMinerInfo.self), method(StateMinerPower.self),
            method(StateMinerDeadlines.self), method(StateMinerPartitions.self),
            method(StateMinerProvingDeadline.self), method(StateMinerSectors.self),
            method(StateMinerActiveSectors.self), method(StateMinerSectorCount.self),
            method(StateMinerSectorAllocated.self), method(StateMinerFaults.self),
            method(StateMinerRecoveries.self), method(StateMinerAvailableBalance.self),
            method(StateSectorGetInfo.self), method(StateSectorPreCommitInfo.self),
            method(StateSectorExpiration.self), method(StateSectorPartition.self),
            method(MinerGetBaseInfo.self),
        ]
        let pool = [
            method(MpoolPush.self), method(MpoolBatchPush.self), method(MpoolPending.self),
            method(MpoolGetNonce.self), method(MpoolSelect.self), method(MpoolGetConfig.self),
            method(GasEstimateFeeCap.self), method(GasEstimateGasPremium.self),
            method(GasEstimateGasLimit.self), method(GasEstimateMessageGas.self),
            method(MpoolPushMessage.self), method(NodeVersion.self), method(AuthVerify.self),
        ]
        return Dictionary(uniqueKeysWithValues: chain + state + miner + pool)
    }()

    @Test func `every recorded result is written as it was read`() throws {
        var compared = 0
        for line in try Vectors.lines("reference/lotus/rpc/full-node-http.jsonl.gz") {
            guard let body = line["request"]["body"].value.string,
                let request = try? JSONValue(parsing: Array(body.utf8)),
                let name = request["method"]?.string,
                let roundTrip = Self.methods[name]
            else { continue }
            let answer = line["response"]["body"].text
            guard let start = answer.range(of: "\"result\":")?.upperBound,
                answer.hasSuffix("}\n")
            else { continue }
            let text = String(answer[start...].dropLast(2))
            let value = try JSONValue(parsing: Array(text.utf8))
            let written = try roundTrip(value)
            #expect(written == text, "\(name), id \(line["id"])")
            compared += 1
        }
        #expect(compared > 300)
    }
}
