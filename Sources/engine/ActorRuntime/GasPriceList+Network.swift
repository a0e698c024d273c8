package import NetworkParameters

extension GasPriceList {
    /// The list of a name.
    package init(named name: GasPriceListName) {
        switch name {
        case .genesis: self = .genesis
        case .calico: self = .calico
        }
    }
}
