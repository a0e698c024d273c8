import Messager
import ServiceKit

await MessagerProgram.application.main()
