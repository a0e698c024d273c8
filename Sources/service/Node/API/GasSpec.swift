import MessagePool

/// The estimator's limits; the API has a type of the same name for what it says about them.
typealias GasSpec = MessageSendSpec
