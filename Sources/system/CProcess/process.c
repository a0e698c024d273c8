#include "CProcess.h"

#include <malloc.h>
#include <sys/prctl.h>

int venus_signal_when_parent_ends(int signal_number) {
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal_number, 0UL, 0UL, 0UL);
}

void venus_return_free_memory(void) { malloc_trim(0); }
