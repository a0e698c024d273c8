import Auth
import Messager
import Miner
import Node
import SectorManager
import Wallet

/// The page of all configuration files.
enum ConfigurationReference {
    private struct File {
        let program: String
        let path: String
        /// `toml` or `json`.
        let form: String
        let text: String
        let remark: String
    }

    private static let files: [File] = [
        File(
            program: "venus",
            path: "~/.venus/config.json",
            form: "json",
            text: NodeProgram.defaultConfiguration,
            remark: "Written at the first start. Other keys of venus's file are left as they are."
        ),
        File(
            program: "venus-auth",
            path: "~/.venus-auth/config.toml",
            form: "toml",
            text: AuthProgram.defaultConfiguration,
            remark: "Written at the first start."
        ),
        File(
            program: "venus-messager",
            path: "~/.venus-messager/config.toml",
            form: "toml",
            text: MessagerProgram.defaultConfiguration,
            remark: "Written at the first start."
        ),
        File(
            program: "venus-miner",
            path: "~/.venusminer/config.toml",
            form: "toml",
            text: MinerProgram.defaultConfiguration,
            remark: "Written by `venus-miner init`."
        ),
        File(
            program: "venus-sealer",
            path: "~/.venussealer/config.toml",
            form: "toml",
            text: SealerProgram.defaultConfiguration,
            remark: "Written by `venus-sealer init`, with a secret of its own; mode 0600."
        ),
        File(
            program: "venus-wallet",
            path: "~/.venus_wallet/config.toml",
            form: "toml",
            text: WalletProgram.defaultConfiguration,
            remark: "Written at the first start, with a secret and a token of its own; mode 0600."
        ),
    ]

    static let page: String = {
        var page = """
            # Configuration

            The files as the programs write them. Keys match in any case, as in the originals; a key that nobody
            knows is named in the log and never dropped in silence. Flags win over the file.

            """
        for file in files {
            page += "\n## \(file.program)\n\n`\(file.path)`. \(file.remark)\n"
            page += "\n```\(file.form)\n\(file.text.trimmedEnd)\n```\n"
        }
        return page
    }()
}

extension String {
    /// The text without line breaks at its end.
    fileprivate var trimmedEnd: String {
        String(reversed().drop(while: \.isNewline).reversed())
    }
}
