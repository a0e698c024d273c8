// What Swift cannot call by itself.
#pragma once

// Has the kernel send this process a signal when the thread that started it ends, also after exec.
// prctl takes a variable number of arguments, which Swift does not import. Returns 0, or -1 with errno.
int venus_signal_when_parent_ends(int signal_number);

// Gives memory that is free, but still counts as this process's, back to the system.
void venus_return_free_memory(void);
