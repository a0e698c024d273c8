import SectorManager
import ServiceKit

await SealerProgram.application.main()
