import Node
import ServiceKit

await NodeProgram.application.main()
