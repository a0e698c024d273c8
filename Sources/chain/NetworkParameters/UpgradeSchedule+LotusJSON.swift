public import FilecoinTypes
public import JSON

/// The API form, as `StateGetNetworkParams` shows it in `ForkUpgradeParams`.
extension UpgradeSchedule: JSONCodable {
    /// The order of the members in lotus's answer.
    private static let order: [NetworkUpgrade] = {
        let first: [NetworkUpgrade] = [
            .smoke, .breeze, .ignition, .liftoff, .assembly, .refuel, .tape, .kumquat,
        ]
        return first + NetworkUpgrade.allCases.filter { !first.contains($0) }
    }()

    /// Writes all heights, and how long the base fee was held after Breeze, which lotus puts among them.
    public func encode(to writer: inout JSONWriter) {
        encode(to: &writer, breezeGasTampingDuration: 0)
    }

    /// The same with the number of epochs for which the base fee was held.
    public func encode(to writer: inout JSONWriter, breezeGasTampingDuration: ChainEpoch) {
        writer.object { writer in
            for upgrade in Self.order {
                writer.member("Upgrade\(upgrade.rawValue)Height", self[upgrade])
                if upgrade == .kumquat {
                    writer.member("BreezeGasTampingDuration", breezeGasTampingDuration)
                }
            }
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        self.init([:])
        for upgrade in NetworkUpgrade.allCases {
            let height: ChainEpoch? = try object.decodeIfPresent("Upgrade\(upgrade.rawValue)Height")
            self[upgrade] = height ?? Self.never
        }
    }
}
