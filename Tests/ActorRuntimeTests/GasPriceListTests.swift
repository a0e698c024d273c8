import ActorRuntime
import FilecoinTypes
import JSON
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct GasPriceListTests {
    private static func charge(_ row: Fixture, _ prices: GasPriceList) -> GasCharge? {
        let count = row["args"].integer
        let arguments = row["args"]
        switch row["call"].text {
        case "OnChainMessage": return prices.onChainMessage(sizeBytes: count)
        case "OnChainReturnValue": return prices.onChainReturnValue(sizeBytes: count)
        case "OnIpldPut": return prices.onIPLDPut(sizeBytes: count)
        case "OnIpldGet": return prices.onIPLDGet
        case "OnHashing": return prices.onHashing
        case "OnCreateActor": return prices.onCreateActor
        case "OnDeleteActor": return prices.onDeleteActor
        case "OnVerifyConsensusFault": return prices.onVerifyConsensusFault
        case "OnVerifySeal": return prices.onVerifySeal
        case "OnVerifyReplicaUpdate": return prices.onVerifyReplicaUpdate
        case "OnComputeUnsealedSectorCid": return prices.onComputeUnsealedSectorCID
        case "OnVerifyPost":
            return prices.onVerifyPoSt(
                RegisteredPoStProof(rawValue: Int64(arguments["post_proof"].integer)),
                sectorCount: arguments["challenged_sectors"].integer
            )
        case "OnVerifyAggregateSeals":
            return prices.onVerifyAggregateSeals(
                RegisteredSealProof(rawValue: Int64(arguments["seal_proof"].integer)),
                count: arguments["count"].integer
            )
        case "OnMethodInvocation":
            return prices.onMethodInvocation(
                transfersValue: arguments["value"].integer != 0,
                method: MethodNumber(rawValue: arguments["method"].unsigned)
            )
        case "OnVerifySignature":
            return prices.onVerifySignature(
                SignatureType(rawValue: UInt8(arguments["type"].integer))
            )
        default: return nil
        }
    }

    @Test func `every price of both lists is the reference's`() throws {
        let bytes = try Vectors.gunzipped("reference/actors/unit/gas_price_lists.json.gz")
        var checked = 0
        for row in Fixture(try JSONValue(parsing: bytes)).list {
            let prices: GasPriceList = row["list"].text == "genesis" ? .genesis : .calico
            guard let charge = Self.charge(row, prices) else { continue }
            #expect(charge.compute == Int64(row["compute"].integer), "\(row)")
            #expect(charge.storage == Int64(row["storage"].integer), "\(row)")
            checked += 1
        }
        #expect(checked == 526)
    }
}
