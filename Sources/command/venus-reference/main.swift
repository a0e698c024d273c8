import Reference
import ServiceKit

await ReferencePages.program.main()
