import Miner
import ServiceKit

await MinerProgram.application.main()
