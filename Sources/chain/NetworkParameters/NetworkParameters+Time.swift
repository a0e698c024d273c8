public import FilecoinTypes

extension NetworkParameters {
    /// When an epoch begins, in seconds since 1970.
    ///
    /// The genesis block carries `genesisTime` as its timestamp.
    public func startTime(of epoch: ChainEpoch, genesisTime: UInt64) -> UInt64 {
        genesisTime &+ UInt64(bitPattern: epoch.rawValue) &* blockDelaySeconds
    }

    /// The epoch at a time; 0 before the genesis.
    ///
    /// Both times are seconds since 1970; the genesis block carries `genesisTime` as its timestamp.
    public func epoch(at time: UInt64, genesisTime: UInt64) -> ChainEpoch {
        guard time > genesisTime, blockDelaySeconds > 0 else { return 0 }
        return ChainEpoch(rawValue: Int64(clamping: (time - genesisTime) / blockDelaySeconds))
    }

    /// The drand network whose rounds belong to an epoch; `nil` if none is set.
    public func beacon(at epoch: ChainEpoch) -> BeaconPoint? {
        beacons.last { $0.start <= epoch } ?? beacons.first
    }

    /// The last drand round that belongs to an epoch; `nil` if no network is set.
    ///
    /// It is the round of the moment one block delay before the epoch begins. Until network version 15 the
    /// round before that one was taken, since rounds were counted from 0 instead of 1.
    /// The genesis block carries `genesisTime` as its timestamp.
    public func beaconRound(at epoch: ChainEpoch, genesisTime: UInt64) -> UInt64? {
        guard let info = beacon(at: epoch)?.info, info.periodSeconds > 0 else { return nil }
        let latest = Int64(bitPattern: startTime(of: epoch - 1, genesisTime: genesisTime))
        let elapsed = latest - info.genesisTime
        guard elapsed >= 0 else { return 0 }
        let periods = UInt64(elapsed) / UInt64(info.periodSeconds)
        return networkVersion(at: epoch) <= 15 ? periods : periods + 1
    }
}
