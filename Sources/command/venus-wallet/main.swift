import ServiceKit
import Wallet

await WalletProgram.application.main()
