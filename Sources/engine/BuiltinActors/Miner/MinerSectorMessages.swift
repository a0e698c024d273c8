package import BitFields
package import CBOR
package import FilecoinTypes

// Declaring, extending, ending and compacting sectors: parameters and results.
// CBOR: each a tuple of its fields in the order of declaration.

/// Sectors of one partition: to be terminated, faulty or recovered.
package struct SectorDeclaration: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partition: UInt64
    package var sectors: BitField

    package init(deadline: UInt64, partition: UInt64, sectors: BitField) {
        self.deadline = deadline
        self.partition = partition
        self.sectors = sectors
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.unsigned(deadline)
        encoder.unsigned(partition)
        encoder.encode(sectors)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        deadline = try decoder.unsigned()
        partition = try decoder.unsigned()
        sectors = try decoder.value()
    }
}

/// Parameters of TerminateSectors (9), DeclareFaults (10) and DeclareFaultsRecovered (11).
package struct SectorDeclarations: Hashable, Sendable, CBORCodable {
    package var declarations: [SectorDeclaration]

    package init(declarations: [SectorDeclaration]) {
        self.declarations = declarations
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(declarations)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        declarations = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Sectors of one partition and their new expiration.
package struct ExpirationExtension: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partition: UInt64
    package var sectors: BitField
    package var newExpiration: ChainEpoch

    package init(deadline: UInt64, partition: UInt64, sectors: BitField, newExpiration: ChainEpoch)
    {
        self.deadline = deadline
        self.partition = partition
        self.sectors = sectors
        self.newExpiration = newExpiration
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.unsigned(deadline)
        encoder.unsigned(partition)
        encoder.encode(sectors)
        encoder.encode(newExpiration)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        deadline = try decoder.unsigned()
        partition = try decoder.unsigned()
        sectors = try decoder.value()
        newExpiration = try decoder.value()
    }
}

/// Parameters of ExtendSectorExpiration (method 8).
package struct ExtendSectorExpirationParameters: Hashable, Sendable, CBORCodable {
    package var extensions: [ExpirationExtension]

    package init(extensions: [ExpirationExtension]) {
        self.extensions = extensions
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(extensions)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        extensions = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Whether all fees of TerminateSectors are settled.
package struct TerminateSectorsReturn: Hashable, Sendable, CBORCodable {
    package var isDone: Bool

    package init(isDone: Bool) {
        self.isDone = isDone
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.bool(isDone)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        isDone = try decoder.bool()
    }
}

/// Parameters of CompactPartitions (method 19).
package struct CompactPartitionsParameters: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partitions: BitField

    package init(deadline: UInt64, partitions: BitField) {
        self.deadline = deadline
        self.partitions = partitions
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(deadline)
        encoder.encode(partitions)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        deadline = try decoder.unsigned()
        partitions = try decoder.value()
    }
}

/// Parameters of CompactSectorNumbers (method 20).
package struct CompactSectorNumbersParameters: Hashable, Sendable, CBORCodable {
    package var maskSectorNumbers: BitField

    package init(maskSectorNumbers: BitField) {
        self.maskSectorNumbers = maskSectorNumbers
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.encode(maskSectorNumbers)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        maskSectorNumbers = try decoder.value()
    }
}
