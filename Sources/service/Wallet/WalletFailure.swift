/// Why a wallet refuses; the texts are those of venus-wallet, which callers look at.
struct WalletFailure: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static let passwordNotSet = WalletFailure("password not set")
    static let passwordExists = WalletFailure("the password already exists")
    static let passwordMismatch = WalletFailure("password mismatch")
    static let locked = WalletFailure("wallet locked")
    static let alreadyLocked = WalletFailure("wallet already locked")
    static let alreadyUnlocked = WalletFailure("wallet already unlocked")
    static let notFound = WalletFailure("record not found")
    static let wrongKeyPassword = WalletFailure("could not decrypt key with given password")
}
