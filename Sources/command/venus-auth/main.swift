import Auth
import ServiceKit

await AuthProgram.application.main()
