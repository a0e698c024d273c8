import ServiceKit
import TimeLapse

await TimeLapseProgram.application.main()
