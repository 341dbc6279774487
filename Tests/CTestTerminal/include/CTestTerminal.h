#pragma once

#include <sys/types.h>

/// Starts a program in a folder on a new terminal of so many columns, which becomes its own. Returns the process and the
/// terminal's other end, or -1.
pid_t ct_start_on_terminal(
    const char *path, char *const arguments[], char *const environment[], const char *folder, unsigned short columns,
    int *control);

/// Changes the terminal's width.
void ct_resize(int control, unsigned short columns);
