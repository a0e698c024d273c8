package import CBOR
internal import FilecoinTypes
internal import BitFields

extension Deadline: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(sectorsSnapshot == nil ? 10 : 11)
        encoder.encode(partitions)
        encoder.encode(expirationsEpochs)
        encoder.encode(partitionsPoSted)
        encoder.encode(earlyTerminations)
        encoder.unsigned(liveSectors)
        encoder.unsigned(totalSectors)
        encoder.encode(faultyPower)
        encoder.encode(optimisticPoStSubmissions)
        if let sectorsSnapshot { encoder.encode(sectorsSnapshot) }
        encoder.encode(partitionsSnapshot)
        encoder.encode(optimisticPoStSubmissionsSnapshot)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        let count = try decoder.arrayCount(max: 11)
        guard count >= 10 else { throw decoder.invalid("a deadline has 10 or 11 fields") }
        partitions = try decoder.value()
        expirationsEpochs = try decoder.value()
        partitionsPoSted = try decoder.value()
        earlyTerminations = try decoder.value()
        liveSectors = try decoder.unsigned()
        totalSectors = try decoder.unsigned()
        faultyPower = try decoder.value()
        optimisticPoStSubmissions = try decoder.value()
        sectorsSnapshot = count == 11 ? try decoder.value() : nil
        partitionsSnapshot = try decoder.value()
        optimisticPoStSubmissionsSnapshot = try decoder.value()
    }
}

extension WindowedPoSt: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(partitions)
        encoder.list(proofs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        partitions = try decoder.value()
        proofs = try decoder.list(max: ChainLimits.listCount)
    }
}

extension PoStPartition: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(index)
        encoder.encode(skipped)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        index = try decoder.unsigned()
        skipped = try decoder.value()
    }
}
