package import CBOR
internal import FilecoinTypes

extension MinerState: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(15)
        encoder.encode(info)
        encoder.encode(preCommitDeposits)
        encoder.encode(lockedFunds)
        encoder.encode(vestingFunds)
        encoder.encode(feeDebt)
        encoder.encode(initialPledge)
        encoder.encode(preCommittedSectors)
        encoder.encode(preCommittedSectorsCleanUp)
        encoder.encode(allocatedSectors)
        encoder.encode(sectors)
        encoder.encode(provingPeriodStart)
        encoder.unsigned(currentDeadline)
        encoder.encode(deadlines)
        encoder.encode(earlyTerminations)
        encoder.bool(deadlineCronActive)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 15)
        info = try decoder.value()
        preCommitDeposits = try decoder.value()
        lockedFunds = try decoder.value()
        vestingFunds = try decoder.value()
        feeDebt = try decoder.value()
        initialPledge = try decoder.value()
        preCommittedSectors = try decoder.value()
        preCommittedSectorsCleanUp = try decoder.value()
        allocatedSectors = try decoder.value()
        sectors = try decoder.value()
        provingPeriodStart = try decoder.value()
        currentDeadline = try decoder.unsigned()
        deadlines = try decoder.value()
        earlyTerminations = try decoder.value()
        deadlineCronActive = try decoder.bool()
    }
}
