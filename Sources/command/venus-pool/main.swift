import Pool
import ServiceKit

await PoolProgram.application.main()
